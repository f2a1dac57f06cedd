// Who has no certificate opens no case, and the refusal names the law; one officer is not enough; two go through, and the page
// offers only what the law allows next.

import type { Locator, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { CaseOptions, CaseView } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { settled, signIn } from './desk'
import english from '../src/shared/i18n/codes.en.json'
import { openTown, type Town } from './town'

const steps: Record<string, string> = english.case_step
let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

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
/** A scan of a paper made outside of the program, put beside a case; gives its id. */
async function scan(page: Page, id: string): Promise<string> {
  return page.evaluate(async (about) => {
    const file = crypto.randomUUID()
    const headers = { 'Content-Type': 'application/octet-stream', 'X-Fengsui': '1', 'Idempotency-Key': crypto.randomUUID() }
    const sent = await fetch(`/api/v1/attachments?id=${file}&object_kind=enforcement&object_id=${about}&name=scan.pdf`, { method: 'POST', headers, body: '%PDF-1.7' })
    if (!sent.ok) throw new Error(await sent.text())
    return file
  }, id)
}
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
  // S6: nor is she let issue an order on a hazard: no button, and the refusal quotes the law and the clause.
  const hazard = ((await send(clerk, '/hazards?limit=50')).body as { items: { id: string }[] }).items[0]
  expect(hazard).toBeDefined()
  await clerk.goto(`${town.url}/hazards/${hazard?.id}`, { waitUntil: 'commit' })
  await clerk.waitForSelector('#main h1')
  await settled(clerk)
  expect(await clerk.locator('#main button:has-text("责令改正")').count()).toBe(0)
  const version = ((await send(clerk, `/hazards/${hazard?.id}`)).body as { version: number }).version
  const order = await send(clerk, `/hazards/${hazard?.id}/steps`, { step: 'order', text: '立即清理通道', certificate_no: '无', authority_item: '', with: [], version })
  expect([order.status, message(order.body)]).toEqual([403, expect.stringMatching(/行政处罚法第四十二条.*C11\.4/)])
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
  // A number with nothing behind it is refused.
  const bare = await send(head, `/cases/${id}/steps`, { step: 'file', text: '同意立案', document_no: '演示立案〔99〕号', version: clue.version })
  expect([bare.status, message(bare.body)]).toEqual([422, expect.stringContaining('enforcement.no_paper')])
  const filed = await send(head, `/cases/${id}/steps`, { step: 'file', text: '同意立案', document_no: '演示立案〔99〕号', outside: [await scan(head, id)], version: clue.version })
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

/** The article a refusal rests on. */
const ARTICLE = /第[一二三四五六七八九十百]+条/

/** Every step there is, in the words of the buttons. */
interface Offered { code: string; label: string }

/** The page of a case: only open steps are buttons, each shut one stands below with its rule, and of no other step there is a word;
 * the interface refuses each that is not open, and nothing has changed afterwards. */
async function agrees(page: Page, id: string, all: Offered[], stage: string): Promise<CaseView> {
  await page.goto(`${town.url}/cases/${id}`, { waitUntil: 'commit' })
  await page.waitForSelector('#main h1')
  await settled(page)
  const found = (await send(page, `/cases/${id}`)).body as CaseView
  expect(found.stage.code).toBe(stage)
  const mine = found.steps.filter((one) => one.mine)
  const open = mine.filter((one) => !one.message)
  expect((await page.locator('.steps .bar button').allTextContents()).sort(), `${stage}: buttons`).toEqual(open.map((one) => one.step.label).sort())
  const said = (await page.locator('.steps .shut').allTextContents()).join()
  for (const one of mine.filter((step) => step.message)) {
    expect(said, `${stage}: ${one.step.label}`).toContain(one.message ?? '')
    expect(one.message, `${stage}: ${one.step.label}`).toMatch(ARTICLE)
  }
  for (const step of all.filter((one) => !open.some((door) => door.step.code === one.code))) {
    const body = { step: step.code, text: '试一试', document_no: '1', until: '2099-01-01', officer: '', outcome: 'spare', to: '甲', way: 'direct', how: 'made', people: ['甲', '乙'], shown: true, two: true, granted: true, amount_fen: 1, penalty: { kinds: ['fine'], fine_fen: 500_000 }, version: found.version }
    const refused = await send(page, `/cases/${id}/steps`, body)
    expect([stage, step.code, [403, 404, 422].includes(refused.status)]).toEqual([stage, step.code, true])
    expect(message(refused.body), `${stage} ${step.code}`).toMatch(ARTICLE)
  }
  const now = (await send(page, `/cases/${id}`)).body as CaseView
  expect([stage, now.version]).toEqual([stage, found.version])
  return now
}

it('refuses every forbidden step by page and by interface, at every stage of a case', async () => {
  const { page, errors } = await signIn(town, 'officer')
  const { page: mayor } = await signIn(town, 'mayor')
  const options = (await send(page, '/cases/options')).body as CaseOptions
  const able = options.officers.filter((one) => !one.lacks && one.org.includes('工作站')).slice(0, 2)
  const item = options.items.find((one) => one.range.kinds.includes('fine') && one.range.organisation_fen)
  const place = ((await send(page, '/places?limit=1')).body as { items: { id: string; name: string }[] }).items[0]
  const { body: today } = await send(page, '/me')
  const on = (today as { today: string }).today
  const begun = await send(page, '/cases', { place: place?.id, cause: '堵塞安全出口', party: '某店', party_kind: 'organisation', item: item?.id, officers: able.map((one) => one.person.id), unrelated: true, procedure: 'ordinary', found_on: on, text: '检查发现安全出口堵塞' })
  expect([begun.status, message(begun.body)]).toEqual([200, expect.any(String)])
  let at = begun.body as CaseView
  const all: Offered[] = Object.entries(steps).map(([code, label]) => ({ code, label }))
  expect(all.length).toBeGreaterThan(30)
  const least = item?.range.organisation_fen?.[0] ?? 0
  const go = async (who: Page, step: object): Promise<void> => {
    const outside = 'document_no' in step ? [await scan(who, at.id)] : []
    const done = await send(who, `/cases/${at.id}/steps`, { text: '写明', outside, ...step, version: at.version })
    expect([JSON.stringify(step), done.status, done.status === 200 ? '' : message(done.body)]).toEqual([JSON.stringify(step), 200, ''])
    at = done.body as CaseView
  }
  const table: [stage: string, by: Page, steps: object[]][] = [
    ['clue', mayor, [{ step: 'file', document_no: '演示立案〔98〕号' }]],
    ['filed', page, [{ step: 'investigate', shown: true, two: true }, { step: 'report', grounds: [], grave: false }]],
    ['investigated', page, [{ step: 'notify', penalty: { kinds: ['fine'], fine_fen: least }, until: on, document_no: '演示告知〔98〕号' }]],
    ['notified', page, [{ step: 'hear', how: 'waived' }]],
    ['notified', mayor, [{ step: 'decide', outcome: 'punish', penalty: { kinds: ['fine'], fine_fen: least }, document_no: '演示罚〔98〕号' }]],
    ['decided', page, [{ step: 'serve', way: 'direct', to: '经营者' }]],
    ['served', page, [{ step: 'pay', how: 'bank', amount_fen: least }, { step: 'close' }]],
  ]
  for (const [stage, by, next] of table) {
    // Whoever handles it and whoever decides, each on his own page.
    await agrees(page, at.id, all, stage)
    at = await agrees(mayor, at.id, all, stage)
    for (const step of next) await go(by, step)
  }
  at = await agrees(page, at.id, all, 'closed')
  expect(at.steps).toEqual([])
  expect(errors).toEqual([])
  await page.context().close()
  await mayor.context().close()
}, 300_000)

it('carries a number, proof of service and the index of its file, until the delegation it rests on has ended', async () => {
  const { page, errors } = await signIn(town, 'officer')
  const { page: mayor } = await signIn(town, 'mayor')
  const { page: clerk } = await signIn(town, 'clerk')
  const today = ((await send(page, '/me')).body as { today: string }).today
  const after = (days: number): string => new Date(Date.parse(today) + days * 86_400_000).toISOString().slice(0, 10)
  const given = { name: '明天到期的委托', power: 'punish', basis: 'delegated', delegator: '区消防救援机构', law: '消防法第六十条', holder: 'town', source: '演示委托书〔97〕号', range: { kinds: ['warning', 'fine'], organisation_fen: [500_000, 5_000_000], citizen_fen: [0, 50_000] }, from: after(-30), to: after(1) }
  const kept = await send(clerk, '/authority', given)
  expect([kept.status, message(kept.body)]).toEqual([200, expect.any(String)])
  expect((kept.body as { standing: string }).standing).toBe('waiting')
  // In force only once its scan is there and somebody else has compared the two.
  const row = async (who: Page): Promise<Locator> => {
    await who.goto(`${town.url}/authority`, { waitUntil: 'commit' })
    await who.waitForSelector('#main h1')
    await settled(who)
    return who.locator('tr:has-text("明天到期的委托")')
  }
  const early = await row(mayor)
  expect(await early.textContent()).toContain('待上传来源文件扫描件')
  expect(await early.locator('button:has-text("核对")').count()).toBe(0)
  await (await row(clerk)).locator('button:has-text("上传扫描件")').click()
  await clerk.setInputFiles('.dialog input[type=file]', { name: '委托书.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.7') })
  await clerk.waitForSelector('.dialog li:has-text("委托书.pdf"):has-text("已上传")')
  await clerk.click('.dialog footer .btn')
  await clerk.waitForSelector('tr:has-text("明天到期的委托") a:has-text("委托书.pdf")')
  await (await row(mayor)).locator('button:has-text("核对")').click()
  await mayor.click('.dialog footer .btn.pri')
  await mayor.waitForSelector('tr:has-text("明天到期的委托"):has-text("即将到期")')
  const item = ((await send(clerk, '/authority')).body as { items: { id: string; name: string; version: number }[] }).items.find((one) => one.name === given.name)!
  const options = (await send(page, '/cases/options')).body as CaseOptions
  const able = options.officers.filter((one) => !one.lacks && one.org.includes('工作站')).slice(0, 2)
  const place = ((await send(page, '/places?limit=1')).body as { items: { id: string }[] }).items[0]
  let at = (await send(page, '/cases', { place: place?.id, cause: '堵塞安全出口', party: '某店', party_kind: 'organisation', item: item.id, officers: able.map((one) => one.person.id), unrelated: true, procedure: 'ordinary', found_on: today, text: '检查发现安全出口堵塞' })).body as CaseView
  const go = async (who: Page, step: object): Promise<void> => {
    const outside = 'document_no' in step ? [await scan(who, at.id)] : []
    const done = await send(who, `/cases/${at.id}/steps`, { text: '写明', outside, ...step, version: at.version })
    expect([JSON.stringify(step), done.status, done.status === 200 ? '' : message(done.body)]).toEqual([JSON.stringify(step), 200, ''])
    at = done.body as CaseView
  }
  await go(mayor, { step: 'file', document_no: '演示立案〔97〕号' })
  await go(page, { step: 'investigate', shown: true, two: true })
  await go(page, { step: 'report', grounds: [], grave: false })
  await go(page, { step: 'notify', penalty: { kinds: ['fine'], fine_fen: 500_000 }, until: today, document_no: '演示告知〔97〕号' })
  await go(page, { step: 'hear', how: 'waived' })
  await go(mayor, { step: 'decide', outcome: 'punish', penalty: { kinds: ['fine'], fine_fen: 500_000 }, document_no: '演示罚〔97〕号' })
  await page.goto(`${town.url}/cases/${at.id}`, { waitUntil: 'commit' })
  await page.waitForSelector('#main h1')
  await settled(page)
  const shown = (await page.textContent('#main')) ?? ''
  expect(at.number).toMatch(/^案-\d{4}-\d+$/)
  expect(shown).toContain(at.number ?? '?')
  expect(shown).toContain('即将到期')
  // The delegation ends before the decision is handed over: the act is no button any more, and the rule stands in its place.
  const ended = await send(clerk, `/authority/${item.id}/end`, { step: 'end', to: after(-1), reason: '演示：提前终止', version: item.version })
  expect(ended.status).toBe(200)
  await page.reload({ waitUntil: 'commit' })
  await page.waitForSelector('#main .steps .shut')
  await settled(page)
  expect(await page.locator('.steps .bar button:has-text("送达")').count()).toBe(0)
  expect(await page.textContent('.steps .shut')).toContain('行政处罚法第十八条')
  const refused = await send(page, `/cases/${at.id}/steps`, { step: 'serve', way: 'direct', to: '经营者', version: at.version })
  expect([refused.status, message(refused.body)]).toEqual([422, expect.stringContaining('enforcement.item_expired')])
  // A paper that lets begun cases be finished opens it again: served with its proof, paid, closed, and the file is whole.
  const again = ended.body as { version: number }
  const carried = await send(clerk, `/authority/${item.id}/end`, { step: 'end', to: today, carries_over: '演示：已立案的继续办理', reason: '演示：更正', version: again.version })
  expect(carried.status).toBe(200)
  await go(page, { step: 'serve', way: 'direct', to: '经营者', document_no: '演示回证〔97〕号' })
  await go(page, { step: 'pay', how: 'bank', amount_fen: 500_000 })
  await go(page, { step: 'close' })
  await page.reload({ waitUntil: 'commit' })
  await page.waitForSelector('#main h1')
  await settled(page)
  const file = (await page.textContent('#main')) ?? ''
  for (const line of ['立案审批表', '行政处罚告知书', '行政处罚决定书', '送达回证', '结案报告', '演示回证〔97〕号']) expect(file).toContain(line)
  expect(errors).toEqual([])
  for (const one of [page, mayor, clerk]) await one.context().close()
}, 180_000)
