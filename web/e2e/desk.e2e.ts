import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { signIn } from './desk'
import { openTown, type Town } from './town'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
interface Violation { id: string; nodes: { html: string }[] }
const PAGES = ['/places', '/places/new', '/place-lists', '/coverage-errors', '/imports', '/people', '/posts', '/orgs', '/checklists', '/parameters', '/calendar', '/waivers', '/notice', '/accounts', '/audit', '/account',
  '/duty', '/incidents', '/messages', '/messages/reach', '/subscribers', '/devices', '/signals', '/roads', '/roads/access', '/roads/scenarios', '/roads/import', '/roads/blocked', '/fire-plans', '/siting', '/projects', '/report-cases', '/cases', '/authority', '/stop-uses', '/whistles', '/joint-control', '/houses', '/houses/labels', '/assessments', '/report-orders', '/campaigns', '/facilities', '/forces', '/placards', '/papers', '/papers/templates', '/meetings', '/trainings', '/officers', '/certificates']

let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town?.end())

it('says what is wrong with a wrong password and lets nobody in', async () => {
  const page = await town.browser.newPage()
  await page.goto(`${town.url}/places`, { waitUntil: 'commit' })
  await page.fill('input[name=username]', 'clerk')
  await page.fill('input[name=password]', 'falsch-falsch-falsch')
  await page.click('button[type=submit]')
  await page.waitForSelector('[role=alert]')
  expect(page.url()).toContain('/login')
  await page.close()
})

it.each([
  [1440, 900],
  [390, 844],
])('every page of the register, people and rules opens at %i×%i, fits, and axe finds nothing', async (width, height) => {
  const { page, errors } = await signIn(town, 'head', width, height)
  const found: string[] = []
  for (const path of PAGES) {
    await page.goto(town.url + path, { waitUntil: 'commit' })
    await page.waitForSelector('#main h1', { timeout: 20_000 })
    await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'), undefined, { timeout: 20_000 })
    const wide = await page.evaluate(() => [document.documentElement, document.querySelector('main')].some((el) => el !== null && el.scrollWidth > el.clientWidth + 1))
    if (wide) found.push(`${path}: wider than the window`)
    if (await page.$('#main .state.bad')) found.push(`${path}: ${await page.textContent('#main .state.bad')}`)
    await page.evaluate(axe)
    const violations = await page.evaluate(
      async () => ((await (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: unknown[] }> } }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })).violations) as unknown,
    )
    for (const v of violations as Violation[]) found.push(`${path}: ${v.id} ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 120)).join(' | ')}`)
  }
  expect(found).toEqual([])
  expect(errors).toEqual([])
  await page.context().close()
})

it('of two who change one place at once the second sees both versions side by side', async () => {
  const { page } = await signIn(town, 'clerk')
  const { page: other } = await signIn(town, 'clerk')
  await page.goto(`${town.url}/places`, { waitUntil: 'commit' })
  await page.waitForSelector('.dt tbody tr')
  const href = await page.getAttribute('.dt tbody tr a', 'href')
  for (const one of [page, other]) {
    await one.goto(`${town.url}${href}/edit`, { waitUntil: 'commit' })
    await one.waitForFunction(() => (document.querySelector<HTMLInputElement>('form input')?.value ?? '') !== '')
  }
  await page.fill('form textarea', '二楼有人住')
  await page.click('form button[type=submit]')
  await page.waitForURL(`**${href}`)
  await other.fill('form textarea', '一楼有仓库')
  await other.click('form button[type=submit]')
  await other.waitForSelector('[role=dialog] table')
  const text = (await other.textContent('[role=dialog] table')) ?? ''
  expect(text).toContain('二楼有人住')
  expect(text).toContain('一楼有仓库')
  await other.click('[role=dialog] .btn.pri')
  await other.waitForURL(`**${href}`)
  await other.waitForFunction(() => document.querySelector('#main')?.textContent?.includes('一楼有仓库'))
  await page.context().close()
  await other.context().close()
})
