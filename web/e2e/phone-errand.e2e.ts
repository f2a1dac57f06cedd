// What a phone does beside inspections, against the program itself: a call answered while the line is down, a placard hung
// up, an item closed, a report looked at and evidence recorded without a network; each arrives once, every picture confirmed.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { CallTestView, FollowUpView, HandoverView, Items, MeetingView, PersonPage, PlacardView, PostView, ReportCaseView } from '../src/shared/api/contract'
import { ask, signIn as signInAtDesk } from './desk'
import { kill, openPhone, picture, signIn, state, type Kept } from './phone'
import { openTown, type Town } from './town'

const PASSWORD = '演示密码-请勿用于正式环境'
let town: Town
let desk: Page
let data: string
let context: BrowserContext
let page: Page

beforeAll(async () => {
  town = await openTown()
  desk = (await signInAtDesk(town, 'clerk')).page
})
afterAll(() => town?.end())
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'fengsui-errand-'))
  ;({ context, page } = await openPhone(data))
  await page.goto(`${town.url}/m/`)
})
afterEach(async () => {
  await context.close().catch(() => undefined)
  rmSync(data, { recursive: true, force: true })
})

interface Me { person: { id: string; name: string }; today: string; hats: { org: { id: string }; territory: { code: string } }[] }

/** Waits for everything to arrive; signs in again where the browser had not written its cookie down. */
async function arrives(kind: string): Promise<Kept> {
  const asked = page.locator('.net a:has-text("登录已过期")')
  await Promise.race([asked.waitFor(), page.waitForSelector('[data-state=delivered]', { timeout: 60_000 })])
  if (await asked.isVisible()) {
    await asked.click()
    await page.fill('#l-pass', PASSWORD)
    await page.click('button.go')
    await page.waitForSelector('.tabs')
    await page.click('.tabs a[href="/m/outbox"]')
  }
  await page.waitForFunction(() => document.querySelectorAll('[data-entry]').length > 0 && !document.querySelector('[data-entry]:not([data-state=delivered])'), undefined, { timeout: 60_000 })
  const [entry] = (await state(page)).filter((one) => one.kind === kind)
  expect(entry?.photos.map((one) => one.state)).toEqual(entry?.photos.map(() => 'confirmed'))
  return entry!
}
/** The battery gives out; the phone is switched on again and finds what was done. */
async function diesAndComesBack(): Promise<void> {
  await page.waitForSelector('[data-state=waiting]')
  await kill(context)
  ;({ context, page } = await openPhone(data))
  await page.goto(`${town.url}/m/outbox`)
  await page.waitForSelector('[data-state=waiting]')
  await town.start()
  await page.click('.sync .act')
}

it('answers a call with one button while the line is down, and is heard once it is back', async () => {
  await signIn(page, 'staff1', PASSWORD)
  const me = await ask<Me>(page, '/me')
  const { items: forces } = await ask<Items<{ id: string; call_sign: string | null; village: { id: string } }>>(desk, '/forces')
  const force = forces.find((one) => one.call_sign && one.village.id === me.hats[0]!.territory.code)
  const { posts } = await ask<{ posts: { id: string }[] }>(desk, `/forces/${force?.id}`)
  await ask(desk, '/assignments', { person: me.person.id, post: posts.at(-1)!.id, from: me.today, basis: '站队花名册' })
  const test = await ask<CallTestView>(desk, '/call-tests', { note: '季度呼叫', forces: [force!.id] })
  // Whoever looks at the phone is called, whatever page he is on.
  await page.click('.net .ringing', { timeout: 40_000 })
  await page.waitForSelector('.ring')
  await town.stop()
  await page.click('.ring')
  await page.waitForSelector('.call .note.amber')
  expect(await page.locator('.ring').count()).toBe(0)
  await town.start()
  await page.waitForSelector('.call .note.green', { timeout: 60_000 })
  const after = await ask<CallTestView>(desk, `/call-tests/${test.id}`)
  const mine = after.calls.flatMap((one) => one.members).filter((one) => one.person.id === me.person.id)
  expect(mine.map((one) => one.channel)).toEqual(['app'])
  expect(after.calls.map((one) => one.answered)).toEqual([1])
}, 240_000)

it('hangs a placard up without a network: the photo arrives, then the placard is right', async () => {
  await signIn(page, 'staff1', PASSWORD)
  await page.click('a[href="/m/errands"]')
  const link = page.locator('a[href^="/m/placard/"]').first()
  const id = (await link.getAttribute('href'))!.split('/').at(-1)!
  await link.click()
  await town.stop()
  await page.setInputFiles('input[type=file]', picture(31))
  await page.waitForSelector('.shots figure')
  await page.click('.foot .act')
  await diesAndComesBack()
  const entry = await arrives('placard')
  const placard = await ask<PlacardView>(desk, `/placards/${id}`)
  const { today } = await ask<Me>(desk, '/me')
  expect([placard.standing, placard.posted_on]).toEqual(['current', today])
  expect(placard.postings[0]!.photos.map((one) => [one.id, one.sha256])).toEqual(entry.photos.map((one) => [one.id, one.sha256]))
  await page.goto(`${town.url}/m/errands`)
  await page.waitForSelector('.pbar')
  expect(await page.locator(`a[href="/m/placard/${id}"]`).count()).toBe(0)
}, 240_000)

it('closes what a meeting asked of his post, with a picture, from where there is no network', async () => {
  const clerk = await ask<Me>(desk, '/me')
  const { items: posts } = await ask<Items<{ id: string; name: string; holders: { person: { id: string } }[] }>>(desk, '/posts')
  const staff = posts.find((one) => one.name === '场镇社区专兼职消防员')!
  const meeting = await ask<MeetingView>(desk, '/meetings', { kind: 'other', title: '消火栓专题会', org: clerk.hats[0]!.org.id, planned_at: `${clerk.today}T00:10:00+08:00`, venue: '二楼会议室', agenda: ['消火栓'], expected: [staff.id] })
  const held = await ask<MeetingView>(desk, `/meetings/${meeting.id}/hold`, { on: clerk.today, present: [clerk.person.id], version: meeting.version })
  await ask(desk, `/meetings/${meeting.id}/minute`, { minutes: '逐处核对。', version: held.version, resolutions: [{ text: '核对老街消火栓', owner: staff.id, due_on: clerk.today }] })
  await signIn(page, 'staff1', PASSWORD)
  await page.click('a[href="/m/errands"]')
  await page.click('a:has-text("核对老街消火栓")')
  await page.waitForSelector('#f-text')
  await town.stop()
  await page.click('.foot .act')
  await page.waitForSelector('.say.bad')
  await page.fill('#f-text', '十二处都核对了，一处漏水已报')
  await page.setInputFiles('input[type=file]', picture(32))
  await page.waitForSelector('.shots figure')
  await page.click('.foot .act')
  await diesAndComesBack()
  const entry = await arrives('follow_up')
  const { items } = await ask<Items<FollowUpView>>(desk, '/follow-ups?state=done')
  const item = items.find((one) => one.origin.id === meeting.id)
  expect(item?.notes.map((one) => one.text)).toEqual(['十二处都核对了，一处漏水已报'])
  expect(item?.notes[0]?.photos.map((one) => [one.id, one.sha256, one.complete])).toEqual(entry.photos.map((one) => [one.id, one.sha256, true]))
}, 240_000)

it('looks at a report his body was given, from where there is no network: unfounded only with a picture', async () => {
  await signIn(page, 'staff1', PASSWORD)
  await page.click('a[href="/m/errands"]')
  const link = page.locator('a[href^="/m/look/"]:has-text("门市阁楼住人")')
  const id = (await link.getAttribute('href'))!.split('/').at(-1)!
  await link.click()
  await page.waitForSelector('#l-text')
  await town.stop()
  await page.click('button:has-text("不属实")')
  await page.fill('#l-text', '阁楼只放了两只空箱，没有床铺')
  await page.click('.foot .act')
  expect(await page.textContent('.say.bad')).toContain('须附现场照片')
  await page.setInputFiles('input[type=file]', picture(35))
  await page.waitForSelector('.shots figure')
  await page.click('.foot .act')
  await diesAndComesBack()
  const entry = await arrives('report_look')
  const report = await ask<ReportCaseView>(desk, `/report-cases/${id}`)
  expect([report.stage.code, report.events[0]!.step, report.events[0]!.text]).toEqual(['doubted', 'doubt', '阁楼只放了两只空箱，没有床铺'])
  expect(report.events[0]!.photos.map((one) => [one.id, one.sha256])).toEqual(entry.photos.map((one) => [one.id, one.sha256]))
}, 240_000)

it('records evidence where it happens, for a duty that lacks it', async () => {
  await signIn(page, 'staff1', PASSWORD)
  await page.goto(`${town.url}/m/errands`)
  await page.click('a[href="/m/evidence"]')
  await page.waitForSelector('button.card2')
  await town.stop()
  await page.click('button.card2 >> nth=0')
  // Done for several villages or places: for which.
  await page.waitForFunction(() => document.querySelector('#e-title') !== null || document.querySelectorAll('button.card2').length > 1)
  if (!(await page.locator('#e-title').count())) await page.click('button.card2 >> nth=1')
  await page.fill('#e-text', '入户走访三户')
  const choices = page.locator('section.box:has(#e-title) .chips button')
  if (await choices.count()) await choices.first().click()
  await page.setInputFiles('input[type=file]', picture(33))
  await page.waitForSelector('.shots figure')
  await page.click('.foot .act')
  await diesAndComesBack()
  const entry = await arrives('evidence')
  const evidence = await ask<{ state: string; text: string; claims: unknown[]; photos: { id: string; sha256: string; complete: boolean }[] }>(desk, `/evidence/${entry.id}`)
  expect([evidence.state, evidence.text, evidence.claims.length]).toEqual(['submitted', '入户走访三户', 1])
  expect(evidence.photos.map((one) => [one.id, one.sha256, one.complete])).toEqual(entry.photos.map((one) => [one.id, one.sha256, true]))
}, 240_000)

it('takes along what a villager says, with voice and picture, and forgets both once they have arrived', async () => {
  await signIn(page, 'staff1', PASSWORD)
  await page.goto(`${town.url}/m/report`)
  await page.click('a[href="/m/told"]')
  await page.waitForSelector('.vn .act')
  const receipt = ((await page.textContent('.receipt')) ?? '').trim()
  expect(receipt).toMatch(/^([2-9A-HJKMNP-Z]{4}-){6}[2-9A-HJKMNP-Z]{4}$/)
  await town.stop()
  await page.click('.foot .act')
  await page.waitForSelector('.say.bad')
  await page.click('.chips button:has-text("通道、出口")')
  await page.click('.foot .act')
  expect(await page.textContent('.foot .say.bad')).toContain('请录一段')
  const spot = (await page.locator('.vn .act').boundingBox())!
  await page.mouse.move(spot.x + 40, spot.y + 20)
  await page.mouse.down()
  await page.waitForSelector('.vn .act.pri')
  await page.waitForTimeout(1_500)
  await page.mouse.up()
  await page.waitForSelector('.heard audio')
  await page.setInputFiles('input[type=file]', picture(34))
  await page.waitForSelector('.shots figure')
  await page.fill('#t-where', '老街 12 号二楼')
  await page.fill('#t-name', '金丝雀')
  // Left half-way, everything is found again.
  await page.goto(`${town.url}/m/told`)
  await page.waitForSelector('.heard audio')
  expect([await page.inputValue('#t-name'), ((await page.textContent('.receipt')) ?? '').trim()]).toEqual(['金丝雀', receipt])
  await page.click('.foot .act')
  await diesAndComesBack()
  const entry = await arrives('report_case')
  const report = await ask<ReportCaseView>(desk, `/report-cases/${entry.id}`)
  expect([report.channel.code, report.voice, report.has_contact, report.pictures.length]).toEqual(['grid', true, true, 1])
  expect(report.pictures.map((one) => [one.id, one.sha256, one.complete])).toEqual(entry.photos.map((one) => [one.id, one.sha256, true]))
  // The villager's receipt shows how far it is; the phone knows neither name nor voice any more.
  const seen = await fetch(`${town.url}/p/r-${receipt}`)
  expect(await seen.text()).toContain('已收到，等待受理')
  const left = await page.evaluate(async () => {
    const [known] = (await indexedDB.databases()).filter((d) => d.name?.startsWith('fengsui-'))
    const db = await new Promise<IDBDatabase>((done) => { const asked = indexedDB.open(known!.name!); asked.onsuccess = () => done(asked.result) })
    let all = ''
    for (const store of ['outbox', 'kept']) all += JSON.stringify(await new Promise((done) => { const asked = db.transaction(store).objectStore(store).getAll(); asked.onsuccess = () => done(asked.result) }))
    db.close()
    return all
  })
  expect(left).not.toContain('金丝雀')
  expect(left).not.toContain('"base64"')
}, 240_000)

it('signs the handover of his post on the phone, having seen what stays with it', async () => {
  await signIn(page, 'staff1', PASSWORD)
  const me = await ask<Me>(page, '/me')
  const { items: posts } = await ask<Items<PostView>>(desk, '/posts')
  const post = posts.find((one) => one.holders.some((held) => held.person.id === me.person.id))
  const held = post?.holders.find((one) => one.person.id === me.person.id)
  const { items: people } = await ask<PersonPage>(desk, '/people?limit=50')
  const taker = people.find((one) => one.id !== me.person.id && one.active && !post?.holders.some((held) => held.person.id === one.id))
  if (!post || !held || !taker) throw new Error('nobody to hand over to')
  const made = await ask<HandoverView>(desk, `/posts/${post.id}/handover`, { taker: taker.id, giver: held.assignment, basis: '任免通知' })
  await page.goto(`${town.url}/m/mine`)
  await page.click('a[href="/m/handovers"]')
  await page.click(`.card2:has-text("${post.name}")`)
  await page.waitForSelector('details')
  expect(await page.locator('details').count()).toBe(made.sections.length)
  await page.click('button:has-text("我移交，签字")')
  await page.waitForSelector('.note.blue')
  const after = await ask<HandoverView>(desk, `/handovers/${made.id}`)
  expect([after.state, after.fixed]).toEqual(['given', true])
}, 240_000)
