import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { anewWhenToldAgain } from './again'
import { signIn } from './desk'
import { openTown, type Town } from './town'

let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, async () => {
  await town?.end()
})

/** The map as a drawing, whatever this machine's graphics can do: its signs are elements to click. */
async function drawn(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const real = HTMLCanvasElement.prototype.getContext
    HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...more: unknown[]) {
      return kind.startsWith('webgl') ? null : (real as (...all: unknown[]) => unknown).call(this, kind, ...more)
    } as typeof real
  })
}

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
  await drawn(page)
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
  await page.waitForSelector('[data-way] >> text=/分钟|没有可走的路/')
  await page.waitForURL(/vehicle=motorcycle/)
  // It is asked again while the page settles on its address.
  await expect.poll(() => page.textContent('[data-way]'), { timeout: 20_000 }).toMatch(/分钟|没有可走的路/)
  expect(errors).toEqual([])
})

it('a gate is clicked onto a road, a village group is counted, and a part of a road is widened in a what-if list', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  await drawn(page)
  // A straight one: the middle of its map lies on it.
  const road = await page.evaluate(async () => {
    const roads = (await (await fetch('/api/v1/roads?limit=500')).json()) as { items: { id: string; code: string; name: string; line: [number, number][] }[] }
    return roads.items.find((one) => one.line.length === 2 && one.name.startsWith('老街'))
  })
  if (!road) throw new Error('the sample has no straight street')
  /** Clicks onto the line of a map, so far along it. */
  const click = async (where: string, share: number): Promise<void> => {
    await page.waitForSelector(`${where} path.draw`)
    await page.locator(where).scrollIntoViewIfNeeded()
    const at = await page.$eval(`${where} path.draw`, (path, share) => {
      const line = path as SVGPathElement
      const spot = line.getPointAtLength(line.getTotalLength() * share)
      const box = (line.ownerSVGElement as SVGSVGElement).getBoundingClientRect()
      return [box.x + spot.x, box.y + spot.y] as const
    }, share)
    await page.mouse.click(at[0], at[1])
  }
  await page.goto(`${town.url}/roads/${road.id}`)
  await page.click('button:has-text("修改登记")')
  await click('[data-barriers]', 0.5)
  await page.waitForSelector('[role=dialog] li:has-text("门或道闸")')
  await page.click('[role=dialog] button:has-text("保存")')
  await page.waitForSelector('dd:has-text("门或道闸")')
  await page.waitForSelector('text=能否通过不明')

  await page.goto(`${town.url}/roads/access`)
  await page.click('td button.name')
  await page.waitForSelector('[role=dialog] h3:has-text("户数和人数")')
  const fields = page.locator('[role=dialog] form')
  await fields.locator('input[type=text]').fill('村委会 2026 年报')
  await fields.locator('input[type=number]').nth(0).fill('41')
  await fields.locator('input[type=number]').nth(1).fill('97')
  await page.click('button:has-text("登记户数人数")')
  await page.waitForSelector('[role=dialog] li:has-text("41 户 97 人")')
  await page.keyboard.press('Escape')
  await page.waitForSelector('td small:has-text("41 户 97 人")')

  await page.goto(`${town.url}/roads/scenarios`)
  await page.click('button:has-text("设想")')
  await page.locator('[role=dialog] input[type=text]').first().fill('老街中段加宽')
  await page.click('[role=dialog] fieldset .el-select >> nth=0')
  await page.fill('[role=dialog] fieldset .el-select input >> nth=0', road.code)
  await page.click(`.el-select-dropdown__item:visible:has-text("${road.code}")`)
  await page.locator('[role=dialog] fieldset input[type=number]').fill('6')
  await click('[data-part]', 0.3)
  await page.waitForSelector('text=再点另一端')
  expect(await page.locator('fieldset button:has-text("加一项变动")').isDisabled()).toBe(true)
  await click('[data-part]', 0.7)
  await page.waitForSelector('text=只改两点之间')
  await page.click('fieldset button:has-text("加一项变动")')
  await page.click('[role=dialog] button:has-text("保存")')
  await page.waitForSelector('li:has-text("米的")')
  expect(errors).toEqual([])
})

it('a road is drawn from bend to bend, cut in two where one clicks, and one half is closed in a what-if list that changes nothing today', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  await drawn(page)
  await page.goto(`${town.url}/roads`)
  await page.click('button:has-text("登记路段")')
  const form = page.locator('[role=dialog]')
  const ground = form.locator('svg[data-map=svg]').first()
  await ground.waitFor()
  await page.waitForTimeout(500)
  for (const [x, y] of [[90, 60], [180, 120], [320, 150]] as const) await ground.click({ position: { x, y } })
  await form.locator('button:has-text("完成")').click()
  await form.locator('input[type=text]').first().fill('新画的机耕路')
  await form.locator('button:has-text("保存")').click()
  await page.waitForSelector('text=新画的机耕路')
  type Road = { id: string; name: string; length_m: number; closed: string | null }
  const known = (): Promise<Road[]> => page.evaluate(async () => ((await (await fetch('/api/v1/roads?q=新画的机耕路')).json()) as { items: Road[] }).items)
  const [whole] = await known()
  if (!whole) throw new Error('it was not written')

  await page.goto(`${town.url}/roads/${whole.id}`)
  await page.click('button:has-text("拆分")')
  await page.waitForSelector('[role=dialog] path.draw')
  const middle = await page.$eval('[role=dialog] path.draw', (path) => {
    const line = path as SVGPathElement
    const spot = line.getPointAtLength(line.getTotalLength() / 2)
    const box = (line.ownerSVGElement as SVGSVGElement).getBoundingClientRect()
    return [box.x + spot.x, box.y + spot.y] as const
  })
  await page.mouse.click(middle[0], middle[1])
  await page.click('[role=dialog] .btn.pri')
  await page.waitForSelector('[role=dialog]', { state: 'detached' })
  const halves = await known()
  expect(halves.length).toBe(2)
  expect(Math.abs(halves.reduce((sum, one) => sum + one.length_m, 0) - whole.length_m)).toBeLessThan(5)

  await page.goto(`${town.url}/roads/scenarios`)
  await page.click('button:has-text("设想")')
  await form.locator('input[type=text]').first().fill('封一半')
  await form.locator('fieldset select').first().selectOption('close')
  await form.locator('fieldset .el-select').first().click()
  await form.locator('fieldset .el-select input').first().fill('新画的机耕路')
  await page.locator('.el-select-dropdown__item:visible:has-text("新画的机耕路")').first().click()
  await form.locator('fieldset button:has-text("加一项变动")').click()
  await form.locator('li:has-text("新画的机耕路")').waitFor()
  await form.locator('button:has-text("保存")').click()
  await page.waitForSelector('text=封一半')
  expect((await known()).every((one) => one.closed === null)).toBe(true)
  expect(errors).toEqual([])
})
