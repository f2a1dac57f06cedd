import { afterAll, beforeAll, expect, it } from 'vitest'
import { signIn } from './desk'
import { openTown, type Town } from './town'

let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(async () => {
  await town?.end()
})

it('a survey is tried, its bad row named, what was measured stays, and only then it is written', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  // A road of the sample with its ends, as a later file would say it otherwise.
  const known = await page.evaluate(async () => {
    const roads = (await (await fetch('/api/v1/roads?limit=500')).json()) as { items: { id: string; name: string; line: [number, number][]; width_m: number | null; territory: { name: string }; rank: { code: string } }[] }
    return roads.items.find((one) => one.width_m === 5 && one.rank.code === 'inter_village')
  })
  if (!known) throw new Error('the sample has no such road')
  const feature = (name: string, rank: string, width: number, line: number[][]) => ({ type: 'Feature', properties: { name, rank, village: known.territory.name, width_m: width }, geometry: { type: 'LineString', coordinates: line } })
  const file = JSON.stringify({ type: 'FeatureCollection', features: [
    feature(known.name, 'inter_village', 3.1, known.line),
    feature('新测机耕路', 'village_branch', 3.5, [[105.8, 29.2], [105.801, 29.201]]),
    feature('宽四百米', 'village_branch', 400, [[105.8, 29.2], [105.801, 29.201]]),
  ] })
  await page.goto(`${town.url}/roads`)
  await page.click('a:has-text("导入道路")')
  await page.setInputFiles('input[type=file]', { name: 'survey.geojson', mimeType: 'application/geo+json', buffer: Buffer.from(file) })
  await page.waitForSelector('text=逐条核对')
  expect(await page.textContent('text=没有采用的行（1）')).toBeTruthy()
  await page.waitForSelector('td:has-text("与实测不符")')
  await page.waitForSelector('text=保留实测')
  await page.click('button:has-text("写入 1 条")')
  await page.waitForSelector('text=已写入 1 条')
  await page.goto(`${town.url}/roads/${known.id}`)
  await page.waitForSelector('dd:has-text("5 m")')
  expect(await page.textContent('dl')).not.toContain('3.1 m')
  await page.goto(`${town.url}/roads?q=新测机耕路`)
  await page.waitForSelector('a:has-text("新测机耕路")')
  expect(errors).toEqual([])
})

it('who is reached is seen on a map: how far for sure and perhaps, for another vehicle, and the way between two points', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  // The drawing, whatever this machine's graphics can do: its signs are elements to click.
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...more: unknown[]) {
      return kind.startsWith('webgl') ? null : (real as (...all: unknown[]) => unknown).call(this, kind, ...more)
    } as typeof real
  })
  await page.goto(`${town.url}/roads/access`)
  await page.click('button:has-text("地图")')
  await page.waitForSelector('[data-access-map] svg circle')
  await page.waitForSelector('text=肯定可达道路')
  const said = (): Promise<string | null> => page.textContent('p:has-text("肯定可达道路")')
  const before = await said()
  expect(await page.locator('ul[aria-label]:has-text("受阻处")').count()).toBe(1)
  await page.selectOption('.bar select', 'motorcycle')
  await page.waitForFunction((was) => document.querySelector('p.mid.pad.n')?.textContent !== was, before)
  // From one village group to another.
  await page.click('button:has-text("问两点之间怎么走")')
  const spots = await page.$$eval('[data-access-map] svg > g circle', (all) => all.slice(0, 2).map((one) => { const box = one.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] as const }))
  for (const [x, y] of spots) await page.mouse.click(x, y)
  await page.waitForSelector('[data-way] >> text=不明算可通行')
  expect(await page.textContent('[data-way]')).toMatch(/分钟|没有可走的路/)
  await page.waitForURL(/vehicle=motorcycle/)
  expect(errors).toEqual([])
})
