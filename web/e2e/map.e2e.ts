import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'
import { expect, it } from 'vitest'
import { anewWhenToldAgain } from './again'
import { PASSWORD, signIn } from './desk'
import { openTown, type Town } from './town'

const PLAIN = ['--no-sandbox', '--disable-background-networking', '--no-first-run', '--disable-component-update', '--disable-sync']
const SOFTWARE = ['--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist']
const WITHOUT = ['--disable-gpu', '--disable-3d-apis']

let town: Town
const others: Browser[] = []
anewWhenToldAgain(async () => {
  town = await openTown()
}, async () => {
  for (const one of others) await one.close()
  await town?.end()
})
async function browser(args: string[]): Promise<Town> {
  const own = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: [...PLAIN, ...args] })
  others.push(own)
  return { ...town, browser: own }
}

it('the map is drawn from our own tiles, says what is under a click and measures', async () => {
  const { page, errors } = await signIn(await browser(SOFTWARE), 'clerk')
  const foreign: string[] = []
  page.on('request', (request) => !request.url().startsWith(town.url) && !/^(blob|data):/.test(request.url()) && foreign.push(request.url()))
  const tile = page.waitForResponse((answer) => answer.url().includes('/tiles/places/') && answer.status() === 200)
  await page.goto(`${town.url}/map`)
  expect((await tile).headers()['content-type']).toContain('vector-tile')
  await page.waitForSelector('[data-map=webgl] canvas')
  await page.waitForSelector('.sb')
  // The one place that is asked for by its position lies in the middle once the page of it is open.
  const spot = await page.evaluate(async () => {
    const answer = await fetch('/ogc/collections/places/items?limit=1')
    return ((await answer.json()) as { features: { id: string; properties: { name: string } }[] }).features[0]
  })
  expect(spot?.properties.name).toBeTruthy()
  await page.click('button:has-text("测距")')
  const box = await page.locator('[data-map]').boundingBox()
  if (!box) throw new Error('no map')
  await page.mouse.click(box.x + 200, box.y + 200)
  await page.waitForTimeout(400)
  await page.mouse.click(box.x + 400, box.y + 200)
  await page.waitForSelector('.pop b:has-text("公里")')
  await page.keyboard.press('Escape')
  await page.click('.ctl button:nth-child(1)')
  await page.click('button:has-text("列表")')
  await page.waitForSelector('table td a')
  expect(page.url()).toContain('view=list')
  expect(foreign).toEqual([])
  expect(errors).toEqual([])
})

it('without graphics the same things are a drawing, and a click names what is there', async () => {
  const { page, errors } = await signIn(await browser(WITHOUT), 'clerk')
  await page.goto(`${town.url}/map?layers=places`)
  await page.waitForSelector('svg[data-map=svg] circle')
  const drawn = await page.locator('svg[data-map=svg] > g').count()
  expect(drawn).toBeGreaterThan(100)
  await page.locator('svg[data-map=svg] > g circle').first().click({ force: true })
  await page.waitForSelector('.pop li a')
  const href = await page.locator('.pop li a').first().getAttribute('href')
  expect(href).toMatch(/^\/places\//)
  expect(errors).toEqual([])
})

it('a village draws and lists its own places only', async () => {
  const { page } = await signIn(await browser(WITHOUT), 'staff1')
  await page.goto(`${town.url}/map?layers=places&view=list`)
  await page.waitForSelector('table td a')
  const villages = await page.locator('table tbody tr td:nth-child(3)').allTextContents()
  expect(new Set(villages).size).toBe(1)
})

it('a position is picked on the map of the form', async () => {
  const { page } = await signIn(await browser(WITHOUT), 'clerk')
  await page.goto(`${town.url}/places/new`)
  await page.click('button:has-text("在地图上选位置")')
  const map = page.locator('svg[data-map=svg]')
  await map.waitFor()
  await page.waitForTimeout(500)
  await map.click({ position: { x: 120, y: 90 } })
  await page.waitForFunction(() => [...document.querySelectorAll('input')].some((input) => /^10\d\.\d+$/.test(input.value)))
})

const hasOgr = spawnSync('ogrinfo', ['--version']).status === 0

it.skipIf(!hasOgr)(`ogrinfo reads the layers by an access code, within the rights of its owner${hasOgr ? '' : ' — NOT TRIED: apt-get install gdal-bin'}`, async () => {
  const { page } = await signIn(await browser(WITHOUT), 'staff1')
  const code = await page.evaluate(async (password) => {
    const write = (path: string, body: object): Promise<Response> => fetch(`/api/v1${path}`, { method: 'POST', headers: { 'X-Fengsui': '1', 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    await write('/session/step-up', { password })
    return ((await (await write('/me/map-code', {})).json()) as { code: string }).code
  }, PASSWORD)
  const ogrinfo = (given: string): Promise<string> =>
    new Promise((done) => {
      const child = spawn('ogrinfo', ['-so', `OAPIF:${town.url}/ogc`, 'places'], { env: { ...process.env, GDAL_HTTP_USERPWD: `staff1:${given}` } })
      let said = ''
      child.stdout.on('data', (part: Buffer) => (said += part.toString()))
      child.on('close', () => done(said))
    })
  const said = await ogrinfo(code)
  expect(said).toContain('Geometry: Point')
  const own = await page.evaluate(async () => ((await (await fetch('/ogc/collections/places/items')).json()) as { numberMatched: number }).numberMatched)
  expect(said).toContain(`Feature Count: ${own}`)
  expect(await ogrinfo(PASSWORD)).not.toContain('Feature Count')
  // And ogr2ogr takes the whole layer along, page by page, into a file of its own.
  const at = join(mkdtempSync(join(tmpdir(), 'ogr-')), 'places.gpkg')
  const copied = await new Promise<number | null>((done) => {
    const child = spawn('ogr2ogr', ['-f', 'GPKG', at, `OAPIF:${town.url}/ogc`, 'places'], { env: { ...process.env, GDAL_HTTP_USERPWD: `staff1:${code}` } })
    child.on('close', done)
  })
  expect(copied).toBe(0)
  const taken = spawnSync('ogrinfo', ['-so', at, 'places'], { encoding: 'utf8' })
  expect(taken.stdout).toContain(`Feature Count: ${own}`)
  expect(taken.stdout).toMatch(/village_name: String/)
})

it.skipIf(!hasOgr)(`ogrinfo reads the GeoPackage of the layers shown${hasOgr ? '' : ' — NOT TRIED: apt-get install gdal-bin'}`, async () => {
  const { page, errors } = await signIn(await browser(WITHOUT), 'clerk')
  await page.goto(`${town.url}/map?layers=roads,facilities`)
  await page.waitForSelector('svg[data-map=svg]')
  const [file] = await Promise.all([page.waitForEvent('download'), page.selectOption('select[aria-label="导出显示的图层"]', 'gpkg')])
  const at = join(mkdtempSync(join(tmpdir(), 'gpkg-')), 'a.gpkg')
  await file.saveAs(at)
  const said = spawnSync('ogrinfo', ['-so', at, 'roads'], { encoding: 'utf8' })
  expect(said.stdout + said.stderr).toMatch(/Geometry: Line String[\s\S]*width_m: Real/)
  expect(said.stderr).toBe('')
  expect(errors).toEqual([])
})

it('a planner lowers the limit of a bridge by an access code given for it, and not by one that only reads', async () => {
  const { page } = await signIn(await browser(WITHOUT), 'clerk')
  const codes = await page.evaluate(async (password) => {
    const write = (path: string, body: object): Promise<Response> => fetch(`/api/v1${path}`, { method: 'POST', headers: { 'X-Fengsui': '1', 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
    await write('/session/step-up', { password })
    const one = async (query: string): Promise<string> => ((await (await write(`/me/map-code${query}`, {})).json()) as { code: string }).code
    return { read: await one(''), edit: await one('?edit=true') }
  }, PASSWORD)
  const with_ = (code: string): Record<string, string> => ({ Authorization: `Basic ${btoa(`clerk:${code}`)}`, 'Content-Type': 'application/merge-patch+json' })
  const list = (await (await fetch(`${town.url}/ogc/collections/roads/items?limit=1`, { headers: with_(codes.read) })).json()) as { features: { id: string; properties: { version: number } }[] }
  const road = list.features[0]
  if (!road) throw new Error('no road')
  const change = (code: string): Promise<Response> =>
    fetch(`${town.url}/ogc/collections/roads/items/${road.id}`, { method: 'PATCH', headers: { ...with_(code), 'If-Match': `"${road.properties.version}"` }, body: JSON.stringify({ properties: { load_t: 10 } }) })
  expect((await change(codes.read)).status, 'it only reads').toBe(403)
  const told = await change(codes.edit)
  expect(told.status).toBe(200)
  expect(((await told.json()) as { properties: { load_t: number } }).properties.load_t).toBe(10)
  expect((await change(codes.edit)).status).toBe(412)
})

/** Keeps the page as it is while it is printed: what follows the print dialogue is never reached, no size is watched. */
const STAY = `window.print = () => { throw new Error("printing") }
window.watchers_ = []
const Watcher = window.ResizeObserver
window.ResizeObserver = class extends Watcher { constructor(tell) { super(tell); window.watchers_.push(this) } }`

it.each([[1440, 900], [390, 844]])('on A3 the map has its title, legend and a scale that fits the picture, from a window of %i by %i', async (width, height) => {
  const { page } = await signIn(await browser(SOFTWARE), 'clerk', width, height)
  await page.addInitScript(STAY)
  await page.goto(`${town.url}/map`)
  await page.waitForSelector('[data-map=webgl] canvas')
  await page.waitForSelector('.sb')
  await page.waitForTimeout(1_500)
  await page.click('button:has-text("打印")')
  await page.waitForSelector('.room.printing .pic', { state: 'attached', timeout: 20_000 })
  await page.evaluate('watchers_.forEach((one) => one.disconnect())')
  await page.emulateMedia({ media: 'print' })
  // As wide as A3 across between its margins.
  await page.setViewportSize({ width: Math.round((396 * 96) / 25.4), height: 1032 })
  const shown = await page.evaluate(() => {
    const box = (of: string): DOMRect | undefined => document.querySelector(of)?.getBoundingClientRect()
    const picture = document.querySelector<HTMLImageElement>('.pic')
    return { scale: box('.sb')?.width ?? 0, picture: box('.pic')?.width ?? 0, high: box('.pic')?.height ?? 0, natural: (picture?.naturalWidth ?? 0) / (picture?.naturalHeight ?? 1), share: parseFloat(document.querySelector<HTMLElement>('.sb')?.style.width ?? '0') }
  })
  expect(shown.picture / shown.high).toBeCloseTo(shown.natural, 1)
  expect((shown.scale / shown.picture) * 100).toBeCloseTo(shown.share, 0)
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true })
  // `FENGSUI_KEEP` names a folder for whoever wants to look at the sheet.
  const at = join(process.env['FENGSUI_KEEP'] ?? mkdtempSync(join(tmpdir(), 'a3-')), `map-${width}.pdf`)
  writeFileSync(at, pdf)
  expect(spawnSync('pdfinfo', [at], { encoding: 'utf8' }).stdout).toMatch(/Pages:\s+1\n[\s\S]*Page size:\s+119[01][.\d]* x 84[12]/)
  const said = spawnSync('pdftotext', ['-layout', at, '-'], { encoding: 'utf8' }).stdout
  // How wide a blank is told as depends on the fonts of the machine.
  expect(said).toMatch(/\d+ *(米|公里|千米)/)
  expect(said).toContain('场所')
})
