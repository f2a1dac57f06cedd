// S5. A village whistles to two bodies: confirmed by the town, answered at a desk by one and from where there is no network by the
// other, judged by both sides; what one body notes for itself the other does not see; over National Day working time counts; under the
// record of the joint visit that follows stand three bodies. Kinds and times of whistles are the town's.

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { InspectionView, JointControl, VisitsToSign, WhistleArrivals, WhistleKindList, WhistleList, WhistleOptions, WhistleView } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { ask, settled, signIn } from './desk'
import { delivered, handIn, onPhone, sendWhatWaits } from './phone'
import { openTown, type Town } from './town'

let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

/** Presses a button of a body's card, says something and confirms. */
async function step(page: Page, body: string, word: string, fill: (dialog: ReturnType<Page['locator']>) => Promise<void> = async () => undefined): Promise<void> {
  const card = body ? page.locator(`section.body[aria-label="${body}"]`).last() : page.locator('#main header, #main .head').first()
  await (body ? card.locator(`button:text-is("${word}")`) : page.locator(`#main button.btn:not(.sm):text-is("${word}")`).first()).click()
  const dialog = page.locator('[role=dialog]')
  await dialog.waitFor()
  await fill(dialog)
  await dialog.locator(`footer button:has-text("${word}"), button.pri:has-text("${word}")`).last().click()
  const refused = dialog.locator('.alert')
  await Promise.race([dialog.waitFor({ state: 'detached' }), refused.waitFor().catch(() => undefined)])
  if (await refused.count()) throw new Error(`${word}: ${await refused.innerText()}`)
  await dialog.waitFor({ state: 'detached' })
  await settled(page)
}

it('is raised, sent, answered on site and judged', async () => {
  const { page: staff, errors } = await signIn(town, 'staff1')
  await staff.goto(`${town.url}/whistles`)
  await staff.click('button:has-text("吹哨")')
  const dialog = staff.locator('[role=dialog]')
  await dialog.locator('textarea').fill('三合一门市内设气瓶间，夜间住人')
  await dialog.locator('input[maxlength="200"]').fill('老街 21 号')
  await dialog.locator('button.pri').click()
  await staff.waitForURL(/\/whistles\/[0-9a-f-]{36}$/)
  const id = staff.url().split('/').at(-1)!

  const { page: head } = await signIn(town, 'head')
  await head.goto(`${town.url}/whistles/${id}`)
  await settled(head)
  await step(head, '', '确认派哨', async (asked) => {
    await asked.locator('select').selectOption({ label: '经发办' })
    await asked.locator('label.ck:has-text("派出所")').click()
  })
  const sent = await ask<WhistleView>(head, `/whistles/${id}`)
  expect(sent.bodies.map((one) => one.org.name).length).toBe(2)
  const [economy, police] = sent.bodies.map((one) => one.org.name)

  // One answers at a desk, gives itself a task and notes what is nobody else's.
  const { page: dept } = await signIn(town, 'dept-economy')
  await dept.goto(`${town.url}/whistles/${id}`)
  await settled(dept)
  await step(dept, economy!, '签收')
  await step(dept, economy!, '现场签到')
  await step(dept, economy!, '登记意见', async (asked) => {
    await asked.locator('textarea').fill('气瓶限期移出室内')
  })
  await dept.fill('input[aria-label="内部备注"]', '房东是熟人，两人同去')
  await dept.click('button:has-text("添加")')
  await dept.waitForSelector('.notes:has-text("房东是熟人")')
  await step(dept, economy!, '办结', async (asked) => asked.locator('textarea').fill('气瓶已移出'))

  // The other signs from where there is no network.
  await onPhone(town, 'police', async (phone) => {
    await phone.goto(`${town.url}/m/errands`)
    await phone.click(`a[href="/m/whistle/${id}"]`)
    await phone.waitForSelector('.foot .act')
    await town.stop()
    await phone.click('.foot .act')
    await phone.waitForSelector('[data-state=waiting]')
    await sendWhatWaits(town, phone)
  })

  const { page: officer } = await signIn(town, 'police')
  await officer.goto(`${town.url}/whistles/${id}`)
  await settled(officer)
  expect(await officer.locator('text=房东是熟人').count()).toBe(0)
  await step(officer, police!, '登记意见', async (asked) => asked.locator('textarea').fill('住宿人员已搬离'))
  await step(officer, police!, '办结', async (asked) => asked.locator('textarea').fill('已登记'))

  // The village scores the answer, a reason with the poor one; then the town closes.
  await staff.goto(`${town.url}/whistles/${id}`)
  await settled(staff)
  await step(staff, economy!, '评价部门')
  await step(staff, police!, '评价部门', async (asked) => {
    await asked.locator('select').selectOption('poor')
    await asked.locator('textarea').fill('到得晚')
  })
  await head.goto(`${town.url}/whistles/${id}`)
  await settled(head)
  await step(head, '', '关闭', async (asked) => asked.locator('textarea').fill('两家未评，已电话了解'))
  const closed = await ask<WhistleView>(head, `/whistles/${id}`)
  expect([closed.stage.code, closed.bodies.map((one) => one.in_time), closed.bodies.map((one) => one.rated?.score.code)]).toEqual(['closed', [true, true], ['good', 'poor']])
  expect(closed.events[0]?.step.code).toBe('close')
  expect(errors).toEqual([])
}, 240_000)

it('is raised, received, come to, answered and ended on phones alone, half of it without a network', async () => {
  await onPhone(town, 'staff1', async (phone) => {
    await phone.goto(`${town.url}/m/report`)
    // The kinds of whistles come with everything else, some moments after the page.
    await phone.click('a[href="/m/blow"]')
    await phone.waitForSelector('#b-what')
    await town.stop()
    // Nothing is kept that says too little.
    await phone.click('.foot .act')
    await phone.waitForSelector('.foot .bad:has-text("请选择吹哨类别")')
    await phone.locator('.chips button').first().click()
    await phone.fill('#b-what', '巷口私搭气瓶棚，两家都说不归自己管')
    await phone.click('.foot .act')
    await phone.waitForSelector('.foot .bad:has-text("写明地点")')
    await phone.fill('#b-where', '后街巷口')
    await phone.click('.foot .act')
    await phone.waitForSelector('[data-entry][data-state=waiting]')
    await sendWhatWaits(town, phone)
  })

  const { page: head, errors } = await signIn(town, 'head')
  const { items } = await ask<WhistleList>(head, '/whistles?stage=raised')
  const mine = items.filter((one) => one.address === '后街巷口')
  expect(mine.length).toBe(1)
  const raised = await ask<WhistleView>(head, `/whistles/${mine[0]!.id}`)
  await head.goto(`${town.url}/whistles/${raised.id}`)
  await settled(head)
  await step(head, '', '确认派哨', async (asked) => {
    await asked.locator('select').selectOption((await asked.locator('option:has-text("派出所")').first().getAttribute('value'))!)
  })

  await onPhone(town, 'police', async (police) => {
    // What comes next the phone knows from what it told, before its list does.
    for (const [word, text] of [['签收', ''], ['到场签到', ''], ['登记意见', '棚内 12 瓶，当场清走'], ['办结', '瓶已清走，棚已拆']] as const) {
      await police.goto(`${town.url}/m/errands`)
      await police.click(`a[href="/m/whistle/${raised.id}"]`)
      await police.waitForSelector('.foot .act')
      const choice = police.locator(`[role=radio]:has-text("${word}")`)
      if (await choice.count()) await choice.click()
      if (text) await police.fill('#w-note', text)
      await police.click('.foot .act')
      await delivered(police)
    }
  })
  const done = await ask<WhistleView>(head, `/whistles/${raised.id}`)
  expect([done.stage.code, done.bodies[0]?.in_time]).toEqual(['done', true])
  expect(errors).toEqual([])
}, 300_000)

it('counted working time over National Day: one body came after it, in time or late', async () => {
  const { page, errors } = await signIn(town, 'head', 390, 844)
  const { items } = await ask<WhistleList>(page, '/whistles?stage=done')
  const eve = items.find((one) => one.sent_at?.slice(5, 10) === '09-30')!
  const whole = await ask<WhistleView>(page, `/whistles/${eve.id}`)
  expect(whole.bodies.map((one) => one.in_time)).toEqual([true, false])
  expect(whole.bodies.every((one) => one.arrive_by.slice(5, 10) > '10-07')).toBe(true)
  const year = eve.sent_at!.slice(0, 4)
  const rates = await ask<WhistleArrivals>(page, `/whistles/arrivals?from=${year}-07-01&until=${year}-09-30`)
  expect(rates.due).toBeGreaterThan(rates.in_time)
  await page.goto(`${town.url}/whistles/${eve.id}`)
  await page.waitForSelector('section.body .bad:has-text("逾期")')
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  expect(errors).toEqual([])
}, 120_000)

it('leads to a joint visit: one records, one signs at a desk, one from where there is no network', async () => {
  const { page: staff } = await signIn(town, 'staff1')
  const me = await ask<{ hats: { org: { id: string; name: string }; territory: { code: string } }[] }>(staff, '/me')
  const village = me.hats[0]!
  const { page: clerk, errors } = await signIn(town, 'clerk')
  const board = await ask<JointControl>(clerk, '/joint-control')
  const row = board.items.slice(0, 100).find((one) => one.village.id === village.territory.code && one.may_plan && !one.planned && !one.visits.length)
  if (!row) throw new Error('no place of high risk of this village lacks a joint visit')
  // A whistle about that place: raised by the village, sent by the town to two bodies; its own joint visit is planned from its page.
  await staff.goto(`${town.url}/whistles`)
  await staff.click('button:has-text("吹哨")')
  const raising = staff.locator('[role=dialog]')
  await raising.locator('textarea').fill('三合一门市内设气瓶间，夜间住人')
  await raising.locator('.el-select').first().click()
  await staff.keyboard.type(row.place.name, { delay: 20 })
  await staff.click(`.el-select-dropdown__item:has-text("${row.place.name}")`)
  await raising.locator('button.pri').click()
  await staff.waitForURL(/\/whistles\/[0-9a-f-]{36}$/)
  const whistle = staff.url().split('/').at(-1)!
  const { page: head } = await signIn(town, 'head')
  await head.goto(`${town.url}/whistles/${whistle}`)
  await settled(head)
  await step(head, '', '确认派哨', async (asked) => {
    await asked.locator('select').selectOption({ label: '经发办' })
    await asked.locator('label.ck:has-text("派出所")').click()
  })
  await clerk.goto(`${town.url}/whistles/${whistle}`)
  await settled(clerk)
  await clerk.click('#main button:text-is("安排联合检查")')
  const dialog = clerk.locator('[role=dialog]')
  // Who whistled leads, whoever was called comes along: nothing is chosen twice.
  expect(await dialog.locator('select option:checked').innerText()).toBe(village.org.name)
  expect(await dialog.locator('label.ck input:checked').count()).toBe(2)
  await dialog.locator('footer button.pri').click()
  await dialog.waitFor({ state: 'detached' })
  await clerk.waitForSelector('section[aria-label="联合检查"] a')
  const { joint_planned: planned, may_plan: again } = await ask<WhistleView>(clerk, `/whistles/${whistle}`)
  expect([planned?.bodies.length, again]).toEqual([3, false])

  // The village makes the record on its phone; that is its signature.
  await onPhone(town, 'staff1', async (phone) => {
    await phone.goto(`${town.url}/m/place/${row.place.id}?task=${planned!.task}`)
    await phone.click('.box .act:has-text("开始检查")')
    await phone.waitForSelector('.it')
    for (const item of await phone.$$eval('.it', (all) => all.map((one) => one.id))) await phone.click(`#${item} .g`)
    await handIn(phone, '负责人不在场')
    await delivered(phone)
  })

  // The police sign from where there is no network.
  const { page: officer } = await signIn(town, 'police')
  const waiting = await ask<VisitsToSign>(officer, '/joint-control/to-sign')
  const visit = waiting.items.find((one) => one.place.id === row.place.id)
  if (!visit) throw new Error('the record waits for nobody')
  await onPhone(town, 'police', async (mobile) => {
    await mobile.goto(`${town.url}/m/errands`)
    await mobile.click(`a[href="/m/visit-sign/${visit.inspection}"]`)
    await mobile.fill('#s-text', '住宿人员已登记')
    await town.stop()
    await mobile.click('.foot .act')
    await mobile.waitForSelector('[data-state=waiting]')
    await sendWhatWaits(town, mobile)
  })

  // The department signs at a desk; then three bodies stand under one record.
  const { page: dept } = await signIn(town, 'dept-economy')
  await dept.goto(`${town.url}/inspections/${visit.inspection}`)
  await settled(dept)
  await dept.fill('form.sf input', '气瓶限期移出室内')
  await dept.click('form.sf button')
  await dept.waitForSelector('form.sf', { state: 'detached' })
  const record = await ask<InspectionView>(dept, `/inspections/${visit.inspection}`)
  expect(record.signatures.map((one) => one.is_recorder || one.at !== null)).toEqual([true, true, true])
  expect(record.signatures.map((one) => one.text).filter(Boolean).sort()).toEqual(['住宿人员已登记', '气瓶限期移出室内'].sort())
  // The visit stands under the whistle it came from.
  await clerk.goto(`${town.url}/whistles/${whistle}`)
  await clerk.waitForSelector(`section[aria-label="联合检查"] a[href="/inspections/${visit.inspection}"]:has-text("签字 3/3")`)
  expect(errors).toEqual([])
}, 300_000)

it('its kinds and times are proposed by one and decided by another', async () => {
  const { page: clerk, errors } = await signIn(town, 'clerk')
  await clerk.goto(`${town.url}/whistles/kinds`)
  await settled(clerk)
  await clerk.click('button:has-text("增设类别")')
  const dialog = clerk.locator('[role=dialog]')
  await dialog.locator('input[type=text]').nth(0).fill('夜间吹哨')
  await dialog.locator('input[type=text]').nth(1).fill('夜间发现，当晚须有人到场')
  await dialog.locator('input[type=number]').nth(0).fill('15')
  await dialog.locator('select').nth(0).selectOption('minute')
  await dialog.locator('input[type=number]').nth(1).fill('90')
  await dialog.locator('select').nth(1).selectOption('minute')
  await dialog.locator('textarea').fill('镇党委会议定')
  await dialog.locator('footer button.pri').click()
  await dialog.waitFor({ state: 'detached' })
  await clerk.waitForSelector('section[aria-label="夜间吹哨"] .st:has-text("待审定")')
  expect(await clerk.locator('section[aria-label="夜间吹哨"] button').count()).toBe(0)
  const before = await ask<WhistleOptions>(clerk, '/whistles/options')
  expect(before.kinds.map((one) => one.name)).not.toContain('夜间吹哨')

  const { page: leader } = await signIn(town, 'leader')
  await leader.goto(`${town.url}/whistles/kinds`)
  await settled(leader)
  await leader.click('section[aria-label="夜间吹哨"] button:text-is("审定")')
  await leader.click('[role=dialog] footer button:text-is("采纳")')
  await leader.waitForSelector('[role=dialog]', { state: 'detached' })
  await settled(leader)
  const list = await ask<WhistleKindList>(leader, '/whistles/kinds')
  const night = list.items.find((one) => one.now?.name === '夜间吹哨')
  expect([night?.now?.arrive_n, night?.now?.arrive_unit.code, night?.history[0]?.state]).toEqual([90, 'minute', 'decided'])
  await clerk.goto(`${town.url}/whistles`)
  await settled(clerk)
  await clerk.click('button:has-text("吹哨")')
  await clerk.locator('[role=dialog] select').first().selectOption({ label: '夜间吹哨' })
  await clerk.waitForSelector('[role=dialog] :text("签收 15 分钟，到场 90 分钟")')
  expect(errors).toEqual([])
}, 120_000)
