// A village whistles to two bodies: confirmed by the town, answered at a desk by one and from where there is no network by the
// other, judged by both sides; what one body notes for itself the other does not see; over National Day working time counts.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { WhistleArrivals, WhistleList, WhistleView } from '../src/shared/api/contract'
import { PASSWORD, ask, settled, signIn } from './desk'
import { openPhone, signIn as signInOnPhone } from './phone'
import { openTown, type Town } from './town'

let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town?.end())

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
  const data = mkdtempSync(join(tmpdir(), 'fengsui-whistle-'))
  const { context, page: phone } = await openPhone(data)
  await phone.goto(`${town.url}/m/`)
  await signInOnPhone(phone, 'police', PASSWORD)
  await phone.goto(`${town.url}/m/errands`)
  await phone.click(`a[href="/m/whistle/${id}"]`)
  await phone.waitForSelector('.foot .act')
  await town.stop()
  await phone.click('.foot .act')
  await phone.waitForSelector('[data-state=waiting]')
  await town.start()
  await phone.click('.sync .act')
  await phone.waitForSelector('[data-state=delivered]', { timeout: 60_000 })
  await context.close()
  rmSync(data, { recursive: true, force: true })

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
