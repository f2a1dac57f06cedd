// S10. Three people report the same charging line: by the code on a wall, by 12345, by another program. One case, all three are
// told, one opens it again; who they are stands nowhere but with the custodian, the reward ledger included.

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { ReportCasePage, ReportCaseView } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { ask, settled, signIn } from './desk'
import { picture } from './phone'
import { openTown, type Town } from './town'

/** Nobody may read these. */
const NAMES = ['金丝雀甲', '金丝雀乙', '金丝雀丙', '13911110001', '13911110002', '13911110003']
const LINE = '院坝飞线给电动车充电，线从二楼窗口拉下'
let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

/** Everything a page shows, to be searched for names. */
const seen: string[] = []
async function look(page: Page, path: string): Promise<string> {
  await page.goto(town.url + path)
  await page.waitForSelector('#main h1')
  await settled(page)
  const text = (await page.textContent('#main')) ?? ''
  seen.push(`${path}: ${text}`)
  return text
}
/** Takes a step with the button of the page. */
async function step(page: Page, word: string, fill: (dialog: ReturnType<Page['locator']>) => Promise<void> = async () => undefined): Promise<void> {
  await page.locator(`#main button:text-is("${word}")`).first().click()
  const dialog = page.locator('[role=dialog]')
  await dialog.waitFor()
  await fill(dialog)
  await dialog.locator('footer button.pri').click()
  const refused = dialog.locator('.alert[role=alert]')
  await Promise.race([dialog.waitFor({ state: 'detached' }), refused.waitFor().catch(() => undefined)])
  if (await refused.count()) throw new Error(`${word}: ${await refused.innerText()}`)
  await settled(page)
}
async function polled(request: string): Promise<string> {
  const answer = await fetch(`${town.url}/open311/v2/requests/${request}.json`)
  return ((await answer.json()) as { status: string }[])[0]?.status ?? ''
}

it('three reports of one line are one case: all three are told, one is not content, the ledger knows numbers alone', async () => {
  const { page: desk, errors } = await signIn(town, 'clerk')

  // One by the code on a wall, on an old phone without script.
  const context = await town.browser.newContext({ viewport: { width: 360, height: 640 }, locale: 'zh-CN', javaScriptEnabled: false })
  const phone = await context.newPage()
  await phone.goto(`${town.url}/p/report`, { waitUntil: 'commit' })
  await phone.setInputFiles('input[name=photo]', picture(7))
  await phone.check('input[name=matter][value=wiring]')
  await phone.fill('textarea[name=content]', LINE)
  await phone.selectOption('select[name=village]', { index: 1 })
  const village = (await phone.locator('select[name=village] option').nth(1).textContent())?.trim() ?? ''
  await phone.fill('input[name=address]', '院坝 5 号')
  await phone.fill('input[name=name]', NAMES[0]!)
  await phone.fill('input[name=phone]', NAMES[3]!)
  await phone.click('form[enctype] button:not([type])')
  await phone.waitForURL('**/p/r-**')
  const receipt = phone.url()

  // One by 12345: the file of the day comes in, and says nothing new when it is sent again.
  const head = '工单编号,工单来源,工单标题,诉求内容,问题分类,所属村,事发地点,派单时间,办结时限,来电人,来电号码'
  const today = (await ask<{ today: string }>(desk, '/me')).today
  const order = `YB-S10,12345,飞线充电,${LINE},电动自行车,${village},院坝 5 号,${today} 00:00,,${NAMES[1]},${NAMES[4]}`
  const file = { name: '工单.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${head}\r\n${order}\r\n`) }
  await desk.goto(`${town.url}/imports?kind=reports12345`)
  await desk.waitForSelector('input[type=file]', { state: 'attached' })
  await desk.setInputFiles('input[type=file]', file)
  await desk.click('button:has-text("试导")')
  await desk.click('button:has-text("写入 1 条")', { timeout: 60_000 })
  await expect.poll(async () => (await ask<{ items: unknown[] }>(desk, '/report-orders?q=YB-S10')).items.length, { timeout: 60_000 }).toBe(1)
  await desk.goto(`${town.url}/imports?kind=reports12345`)
  await desk.setInputFiles('input[type=file]', file)
  await desk.click('button:has-text("试导")')
  await desk.waitForSelector('.nums', { timeout: 60_000 })
  expect((await ask<{ items: unknown[] }>(desk, '/report-orders?q=YB-S10')).items.length).toBe(1)

  // One by another program.
  const form = new URLSearchParams({ service_code: 'wiring', lat: '28.9512', long: '107.0505', description: LINE, first_name: NAMES[2]!, phone: NAMES[5]!, 'attribute[where_exactly]': '院坝 5 号' })
  const posted = await fetch(`${town.url}/open311/v2/requests.json`, { method: 'POST', body: form })
  expect(posted.status).toBe(201)
  const request = ((await posted.json()) as { service_request_id: string }[])[0]!.service_request_id

  // Joined into one: the office looks at the two others and puts them to the first.
  const of = async (channel: string) => (await ask<ReportCasePage>(desk, `/report-cases?channel=${channel}&stage=received`)).items.find((one) => one.summary.includes('飞线给电动车'))
  const [first, hotline, program] = [await of('qr'), await of('line12345'), await of('open311')]
  if (!first || !hotline || !program) throw new Error('one of the three did not arrive')
  for (const other of [hotline, program]) {
    await look(desk, `/report-cases/${other.id}`)
    await step(desk, '并案', async (dialog) => dialog.locator('input').fill(first.code))
  }
  expect(await polled(request)).toBe('open')
  await look(desk, `/report-cases/${first.id}`)
  await step(desk, '受理')
  await step(desk, '派办', async (dialog) => {
    const label = await dialog.locator('select option:has-text("工作站")').first().textContent()
    await dialog.locator('select').selectOption({ label: label ?? '' })
  })
  await step(desk, '登记办理结果', async (dialog) => {
    await dialog.locator('select').first().selectOption('confirmed')
    await dialog.locator('textarea').last().fill('两户飞线充电，当场拆除')
  })
  await step(desk, '答复', async (dialog) => dialog.locator('textarea').fill('两户飞线充电已拆除，集中充电点在村口'))

  // All three are told: by the receipt, by the file that goes back to 12345, by the standard's own status.
  await phone.goto(receipt)
  expect(await phone.textContent('main')).toContain('集中充电点在村口')
  const orders = await look(desk, '/report-orders?q=YB-S10')
  expect(orders).toContain('集中充电点在村口')
  const back = await desk.evaluate(async () => (await fetch('/api/v1/report-orders/answers/csv')).text())
  expect(back).toContain('YB-S10')
  seen.push(back)
  await desk.check('tbody input[type=checkbox]')
  await desk.click('.acts button.pri, header button.pri')
  await desk.waitForSelector('[role=status]:has-text("YB-S10")')
  expect(await polled(request)).toBe('closed')

  // The reward goes by number.
  await look(desk, `/report-cases/${first.id}`)
  await step(desk, '登记奖励', async (dialog) => {
    await dialog.locator('input[inputmode=decimal]').fill('200')
    await dialog.locator('textarea').fill('按镇定办法')
  })
  expect(await look(desk, '/report-cases/rewards')).toContain(first.code)

  // It is back the next day: whoever holds the receipt opens it again, for all three.
  await phone.goto(receipt)
  await phone.fill('textarea[name=reason]', '第二天又拉了线')
  await phone.click('form:has(textarea[name=reason]) button')
  await phone.waitForLoadState()
  const again = await ask<ReportCaseView>(desk, `/report-cases/${first.id}`)
  expect([again.stage.code, again.reopened]).toEqual(['accepted', 1])
  expect(await polled(request)).toBe('open')

  // Who they are stands on none of all those pages, nor in what they are made of.
  for (const path of ['/report-cases', `/report-cases/${hotline.id}`, `/report-cases/${program.id}`, '/audit']) await look(desk, path).catch(() => '')
  seen.push(JSON.stringify([again, await ask(desk, '/report-cases'), await ask(desk, '/report-cases/rewards'), await ask(desk, '/report-orders')]))
  expect(NAMES.filter((name) => seen.some((text) => text.includes(name)))).toEqual([])
  await context.close()
  expect(errors).toEqual([])
}, 300_000)
