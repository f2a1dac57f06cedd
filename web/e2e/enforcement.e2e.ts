// Who has no certificate opens no case, and the refusal names the law; one officer is not enough; two go through, and the page
// offers only what the law allows next.

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CaseOptions, CaseView } from '../src/shared/api/contract'
import { signIn } from './desk'
import { openTown, type Town } from './town'

let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town?.end())

async function send(page: Page, path: string, body?: object): Promise<{ status: number; body: unknown }> {
  return page.evaluate(
    async ([p, sent]) => {
      const headers = { 'Content-Type': 'application/json', 'X-Fengsui': '1', 'Idempotency-Key': crypto.randomUUID() }
      const response = await fetch(`/api/v1${p}`, sent ? { method: 'POST', headers, body: sent } : {})
      return { status: response.status, body: (await response.json()) as unknown }
    },
    [path, body ? JSON.stringify(body) : ''] as const,
  )
}
const settled = (page: Page) => page.waitForFunction(() => !document.querySelector('[aria-busy=true]'), undefined, { timeout: 20_000 })
const message = (body: unknown): string => JSON.stringify(body)

it('refuses the clerk and one officer alone with the rule, and two officers go through step by step', async () => {
  const { page: clerk } = await signIn(town, 'clerk')
  await clerk.goto(`${town.url}/cases`, { waitUntil: 'commit' })
  await clerk.waitForSelector('#main h1')
  await settled(clerk)
  expect(await clerk.$('.acts button:has-text("登记线索")')).toBeNull()
  const place = ((await send(clerk, '/places?limit=1')).body as { items: { id: string; name: string }[] }).items[0]
  const tried = await send(clerk, '/cases', { place: place?.id, cause: '占用疏散通道', party: '某店', party_kind: 'citizen', officers: [], unrelated: true, text: '检查发现' })
  expect(tried.status).toBe(403)
  await clerk.context().close()

  const { page, errors } = await signIn(town, 'officer')
  const options = (await send(page, '/cases/options')).body as CaseOptions
  const able = options.officers.filter((one) => !one.lacks && one.org.includes('工作站'))
  const unable = options.officers.filter((one) => one.lacks)
  expect(able.length).toBeGreaterThan(1)
  // Who lacks something is named with what he lacks.
  for (const one of unable) expect(one.lacks).toMatch(/证|培训/)
  await page.goto(`${town.url}/cases`, { waitUntil: 'commit' })
  await page.waitForSelector('#main h1')
  await page.click('.acts button:has-text("登记线索")')
  await page.waitForSelector('.dialog .two')
  await page.click('.dialog .el-select')
  await page.keyboard.type(place?.name ?? '', { delay: 20 })
  await page.click(`.el-select-dropdown__item:has-text("${place?.name}")`)
  // The first is the search of the place itself.
  await page.locator('.dialog .two input[type=text]').nth(1).fill('占用疏散通道')
  await page.locator('.dialog .two input[type=text]').nth(2).fill('某店经营者')
  await page.locator('.dialog select').nth(0).selectOption('citizen')
  const item = options.items[0]
  if (!item) throw new Error('the sample town has no item in force')
  await page.locator(`.dialog select:has(option[value="${item.id}"])`).selectOption(item.id)
  await page.fill('.dialog textarea', '检查时发现疏散通道堆满货物')
  await page.check('.dialog .ck:has-text("没有直接利害关系") input')
  await page.check(`.dialog input[type=checkbox][value="${able[0]?.person.id}"]`)
  await page.click('.dialog footer .btn.pri')
  await page.waitForSelector('.dialog [role=alert]')
  expect(await page.textContent('.dialog [role=alert]')).toMatch(/两名|第四十二条|法/)
  await page.check(`.dialog input[type=checkbox][value="${able[1]?.person.id}"]`)
  await page.click('.dialog footer .btn.pri')
  await page.waitForURL('**/cases/*')
  await page.waitForSelector('#main .steps')
  await settled(page)

  // The head files it; then what may not be done yet is no button, but stands below with its rule, and the interface refuses
  // it as the page does.
  const id = page.url().split('/cases/')[1] ?? ''
  const { page: head } = await signIn(town, 'mayor')
  const clue = (await send(head, `/cases/${id}`)).body as CaseView
  const filed = await send(head, `/cases/${id}/steps`, { step: 'file', text: '同意立案', document_no: '演示立案〔99〕号', version: clue.version })
  expect([filed.status, message(filed.body)]).toEqual([200, expect.stringContaining('filed')])
  await head.context().close()
  await page.reload({ waitUntil: 'commit' })
  await page.waitForSelector('#main .steps .bar')
  await settled(page)
  const found = (await send(page, `/cases/${id}`)).body as CaseView
  const mine = found.steps.filter((one) => one.mine)
  const shut = mine.filter((one) => one.message)
  expect((await page.locator('.steps .bar button').allTextContents()).sort()).toEqual(mine.filter((one) => !one.message).map((one) => one.step.label).sort())
  expect(shut.length).toBeGreaterThan(0)
  const said = (await page.textContent('.steps .shut')) ?? ''
  for (const one of shut) {
    expect(said).toContain(one.message ?? '')
    const refused = await send(page, `/cases/${id}/steps`, { step: one.step.code, text: '试一试', version: found.version })
    expect([one.step.code, refused.status]).toEqual([one.step.code, 422])
  }
  expect(errors).toEqual([])
  await page.context().close()
})
