// The night fire, from a detector's frame to the hand-over, in real browsers: the duty officer works by keyboard, the called
// person on the phone. A second alarm comes over a broker; one that comes while the line is down is there when it is back.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { IncidentView, Items } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { PASSWORD, ask, signIn } from './desk'
import { confirmed, mosquitto, publish, smokeAlarm, works, type Mosquitto } from './field'
import { openPhone, signIn as signInOnPhone } from './phone'
import { openTown, type Town } from './town'

let town: Town
let broker: Mosquitto | null
let desk: Page
let errors: string[]
let data: string
let phone: BrowserContext
let source = 889

anewWhenToldAgain(async () => {
  broker = await mosquitto()
  if (!broker) process.stderr.write('skipped in part: mosquitto is not installed, nothing is published\n')
  town = await openTown(broker ? `mqtt://127.0.0.1:${broker.port}` : undefined)
  ;({ page: desk, errors } = await signIn(town, 'clerk'))
  // Counts the tones: three an alarm.
  await desk.addInitScript(() => {
    const heard = window as unknown as { tones: number }
    heard.tones = 0
    const make = AudioContext.prototype.createOscillator
    AudioContext.prototype.createOscillator = function (this: AudioContext) {
      heard.tones += 1
      return make.call(this)
    }
  })
  data = mkdtempSync(join(tmpdir(), 'fengsui-duty-'))
}, async () => {
  await phone?.close().catch(() => undefined)
  rmSync(data, { recursive: true, force: true })
  await town?.end()
  broker?.end()
})

interface Spots { features: { id: string; properties: { name: string; village: string } }[] }
const tones = (): Promise<number> => desk.evaluate(() => (window as unknown as { tones: number }).tones)
const card = (): string => '.duty article.inc'

/** A bound detector in a place, heard already: behind a unit of its own, and at the broker. */
async function equip(place: { id: string; properties: { name: string } }, unit: number): Promise<void> {
  const own = { place: place.id, model: '示例', heartbeat_s: 86_400 }
  await ask(desk, '/devices', { ...own, name: `传输装置 ${unit}`, kind: 'transmission_unit', links: [{ provider: 'gb26875', address: String(unit) }], networks: ['127.0.0.1/32'] })
  await ask(desk, '/devices', { ...own, name: `感烟 ${unit}`, kind: 'smoke_detector', links: [{ provider: 'gb26875', address: `${unit}/1.2.0a000200` }, { provider: 'mqtt', address: `SN-${unit}` }], broker: true })
  await confirmed(town.ingest, works(unit))
}

it('a frame becomes an incident within a second, and is led to the hand-over by keyboard and phone', async () => {
  source += 1
  const { features } = await ask<Spots>(desk, '/ogc/collections/places/items?limit=200')
  const me = await (async () => {
    phone ??= (await openPhone(data)).context
    const page = phone.pages()[0]!
    await page.goto(`${town.url}/m/`)
    if (await page.waitForSelector('#l-name, .tabs').then((found) => found.getAttribute('id'))) await signInOnPhone(page, 'staff1', PASSWORD)
    return ask<{ person: { id: string; name: string }; today: string; hats: { territory: { code: string } }[] }>(page, '/me')
  })()
  const village = me.hats[0]!.territory.code
  const place = features.filter((one) => one.properties.village === village)[source % 7]!
  await equip(place, source)
  // The called person belongs to a station of his village.
  const { items: forces } = await ask<Items<{ id: string; village: { id: string } }>>(desk, '/forces')
  const force = forces.find((one) => one.village.id === village)!
  const { posts } = await ask<{ posts: { id: string }[] }>(desk, `/forces/${force.id}`)
  await ask(desk, '/assignments', { person: me.person.id, post: posts.at(-1)!.id, from: me.today, basis: '站队花名册' }).catch(() => undefined)

  await desk.goto(`${town.url}/duty`, { waitUntil: 'commit' })
  await desk.waitForSelector('#main h1')
  await desk.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
  await desk.mouse.click(700, 40)
  const before = await tones()
  const row = desk.locator('.duty .row', { hasText: place.properties.name })
  const kept = await confirmed(town.ingest, smokeAlarm(source, 1))
  await row.waitFor({ timeout: 20_000 })
  const shown = Date.now() - kept
  expect(shown, 'on the screen within a second after it was confirmed').toBeLessThanOrEqual(1_000)
  await expect.poll(tones, { timeout: 30_000 }).toBe(before + 3)
  // The same device once more within a minute: the signal is kept, the incident is the same and says nothing new, and no second sound.
  await confirmed(town.ingest, smokeAlarm(source, 2))
  await expect.poll(async () => {
    const { items } = await ask<Items<{ place: { id: string } | null }>>(desk, '/signals?view=alarm&limit=50')
    return items.filter((one) => one.place?.id === place.id).length
  }, { timeout: 20_000 }).toBe(2)
  expect(await row.count()).toBe(1)
  expect(await row.innerText()).toContain('1 个信号')
  expect(await tones()).toBe(before + 3)

  await row.click()
  const head = desk.locator(card(), { hasText: place.properties.name })
  await head.waitFor()
  const id = (await desk.getAttribute('.keys a', 'href'))!.split('/').at(-1)!
  const page = (): Promise<IncidentView> => ask<IncidentView>(desk, `/incidents/${id}`)
  const comesTo = async (stage: string): Promise<void> => {
    await expect.poll(async () => (await page()).stage.code, { timeout: 20_000 }).toBe(stage)
    // The keyboard acts on what the card shows: it must show the same.
    const { actions } = await page()
    await desk.waitForFunction(([sel, n]) => document.querySelectorAll(`${sel} > .acts button`).length >= Number(n), [`${card()} >`.replace(' >', ''), String(actions.length)] as const)
  }
  await desk.keyboard.press('a')
  await expect.poll(async () => (await page()).acknowledged !== null, { timeout: 20_000 }).toBe(true)
  await desk.waitForFunction((sel) => !document.querySelector(`${sel} .acts .btn[disabled]`), card())
  await desk.keyboard.press('v')
  await comesTo('verifying')
  await desk.keyboard.press('c')
  await desk.check('[role=dialog] input[value=real]')
  await desk.selectOption('[role=dialog] select >> nth=0', 'telephone')
  await desk.selectOption('[role=dialog] select >> nth=1', 'building')
  await desk.click('[role=dialog] .btn.pri')
  await comesTo('real')
  await desk.keyboard.press('1')
  await desk.check('[role=dialog] input[value=yes]')
  await desk.click('[role=dialog] [data-now]')
  await desk.click('[role=dialog] .btn.pri')
  await expect.poll(async () => (await page()).awaits_119, { timeout: 20_000 }).toBe(false)

  await desk.waitForFunction((sel) => !document.querySelector(`${sel} .acts .btn[disabled]`), card())
  await desk.keyboard.press('d')
  await desk.waitForSelector('[role=dialog] .list li, [role=dialog] .ck')
  const him = desk.locator('[role=dialog] .list label', { hasText: me.person.name }).first()
  if (!(await him.isVisible())) {
    // He is off duty: the rule by which he is called must be named.
    await desk.click('[role=dialog] .ck input')
    await desk.fill('[role=dialog] input[type=text]', '重大火情全员召回')
  }
  await him.click()
  await desk.click('[role=dialog] .btn.pri')
  await desk.locator(`${card()} .orders`, { hasText: me.person.name }).waitFor()

  const hand = phone.pages()[0]!
  await hand.goto(`${town.url}/m/orders`)
  const box = hand.locator('section.box', { hasText: place.properties.name }).first()
  await box.waitFor()
  for (const [answer, state] of [['accepted', 'accepted'], ['en_route', 'en_route'], ['on_scene', 'on_scene']] as const) {
    await box.locator('button.act.pri').first().click()
    await expect.poll(async () => (await page()).orders[0]?.state.code, { timeout: 20_000, message: answer }).toBe(state)
    await box.locator(`button.act.pri:not([disabled])`).first().waitFor()
  }
  await expect.poll(async () => (await page()).stage.code, { timeout: 20_000 }).toBe('responding')
  for (const step of ['controlled', 'out', 'hand_over']) {
    const words: Record<string, string> = { controlled: '控制', out: '扑灭', hand_over: '移交' }
    await desk.locator(`${card()} .acts .btn`, { hasText: words[step] }).first().click()
    if (step === 'hand_over') {
      await desk.fill('[role=dialog] input[type=text]', '区消防救援大队')
      await desk.click('[role=dialog] .btn.pri')
    }
    await expect.poll(async () => (await page()).stage.code, { timeout: 20_000 }).toBe(step === 'hand_over' ? 'handed_over' : step)
  }
  const over = await page()
  const stamps = over.marks.filter((one) => one.at).map((one) => one.mark.code)
  expect(stamps).toEqual(['alarm', 'verified', 'dispatched', 'en_route', 'arrived', 'controlled', 'out', 'handed_over'])
  const times = over.marks.flatMap((one) => (one.at ? [Date.parse(one.at)] : []))
  expect(times).toEqual([...times].sort((a, b) => a - b))

  // The same on the map it was led from: who could go, by arrival, and the way of whoever is chosen.
  await desk.goto(`${town.url}/command/${id}`)
  await desk.locator('.now', { hasText: place.properties.name }).waitFor()
  await desk.locator('.crew').first().waitFor()
  const minutes = (await desk.locator('.crew .n').allInnerTexts()).flatMap((text) => /^(\d+) 分钟/.exec(text)?.[1] ?? [])
  expect(minutes.length).toBeGreaterThan(1)
  expect(minutes.map(Number)).toEqual(minutes.map(Number).sort((a, b) => a - b))
  await desk.locator('.crew').nth(1).click()
  expect(await desk.locator('.crew').nth(1).getAttribute('aria-pressed')).toBe('true')
  await desk.setViewportSize({ width: 390, height: 844 })
  expect(await desk.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
  await desk.setViewportSize({ width: 1440, height: 900 })
  expect(errors).toEqual([])
}, 240_000)

it('shows on its map where the town is and what burns', async () => {
  await desk.goto(`${town.url}/duty`)
  // By tiles, or by what they are made of where a browser draws no tiles.
  const drawn = (layer: string) => desk.waitForResponse((came) => new RegExp(`/(tiles|collections)/${layer}/`).test(came.url()) && came.ok())
  const asked = ['territories', 'incidents'].map(drawn)
  await desk.click('button[aria-pressed]:has-text("地图")')
  await Promise.all(asked)
  await desk.waitForSelector('.mapbox canvas, .mapbox svg')
  expect(errors).toEqual([])
})

it('what comes while the line is down is there when it is back, and sounds once', async () => {
  source += 1
  const { features } = await ask<Spots>(desk, '/ogc/collections/places/items?limit=200')
  const place = features[(source * 13) % features.length]!
  await equip(place, source)
  await desk.goto(`${town.url}/duty`, { waitUntil: 'commit' })
  await desk.waitForSelector('#main h1')
  // What waited already sounds once as the page comes up; that is not what comes.
  await desk.waitForFunction(() => !document.querySelector('[aria-busy=true]'))
  await desk.mouse.click(700, 40)
  await desk.waitForTimeout(1_500)
  const before = await tones()
  await town.stop()
  await town.start()
  await confirmed(town.ingest, smokeAlarm(source, 1))
  const row = desk.locator('.duty .row', { hasText: place.properties.name })
  await row.waitFor({ timeout: 60_000 })
  await expect.poll(tones, { timeout: 30_000 }).toBe(before + 3)
  expect(await row.count()).toBe(1)

  if (!broker) return
  const topic = `town/${place.properties.village.slice(0, 9)}000/device/SN-${source}/up`
  // The subscription may still be coming back after the restart; a copy is one.
  await expect.poll(async () => {
    await publish(broker!.port, topic, JSON.stringify({ smoke: 1, sequence: source }))
    const { items } = await ask<Items<{ source: { code: string }; place: { id: string } | null }>>(desk, '/signals?view=alarm&limit=50')
    return items.filter((one) => one.place?.id === place.id).length
  }, { timeout: 60_000, interval: 1_000 }).toBe(2)
  expect(await row.count(), 'the same incident').toBe(1)
  expect(await tones()).toBe(before + 3)
}, 240_000)

it('who judges from an older picture reads what the other said, keeps his own words and decides', async () => {
  const { page: other } = await signIn(town, 'head')
  const { villages } = await ask<{ villages: { id: string }[] }>(desk, '/incidents/options')
  const { id } = await ask<IncidentView>(desk, '/incidents', { kind: 'unknown', village: villages[0]!.id, address: '村口代销店', text: '好像冒烟', called_by: '路人' })
  await ask(desk, `/incidents/${id}/steps`, { step: 'acknowledge' })
  await ask(desk, `/incidents/${id}/steps`, { step: 'verify' })
  await desk.goto(`${town.url}/incidents/${id}`, { waitUntil: 'commit' })
  await desk.click('.acts button:has-text("核实结论")')
  const dialog = desk.locator('[role=dialog]')
  await dialog.locator('.btn.pri').click()
  await dialog.locator('[role=alert]:has-text("先选择")').waitFor()
  await dialog.locator('input[value=false_alarm]').check()
  await dialog.locator('select').first().selectOption('camera')
  await dialog.locator('textarea').fill('画面里没有烟')

  await ask(other, `/incidents/${id}/steps`, { step: 'judge', verdict: 'real', how: 'telephone', text: '店主说柜台着火' })
  await dialog.locator('.btn.pri').click()
  await dialog.locator('[role=status]:has-text("店主说柜台着火")').waitFor()
  expect(await dialog.locator('textarea').inputValue()).toBe('画面里没有烟')
  expect((await ask<IncidentView>(desk, `/incidents/${id}`)).stage.code).toBe('real')
  await dialog.locator('.btn.pri').click()
  await dialog.waitFor({ state: 'detached' })
  expect((await ask<IncidentView>(desk, `/incidents/${id}`)).stage.code).toBe('false_alarm')
  await other.context().close()
}, 120_000)
