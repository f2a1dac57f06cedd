// Pages ask for nothing their reader may not have: what the browser's console shows is then worth looking at.

import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { PASSWORD, settled, signIn } from './desk'
import { openTown, type Town } from './town'

let town: Town
beforeAll(async () => { town = await openTown() })
afterAll(() => town?.end())

/** Nothing is refused there: the town has attached no notice yet, and the page offers to. */
const NONE_YET = new Set(['404 /api/v1/notice'])

/** Requests of the program that came to nothing, as `status path` and the page that asked. */
function listen(page: Page): Map<string, Set<string>> {
  const failed = new Map<string, Set<string>>()
  page.on('response', (answer) => {
    const path = new URL(answer.url()).pathname
    if (answer.status() < 400 || !/^\/(api|ogc|tiles)\//.test(path)) return
    const what = `${answer.status()} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '{id}')}`
    if (!NONE_YET.has(what)) failed.set(what, (failed.get(what) ?? new Set()).add(new URL(page.url()).pathname))
  })
  return failed
}

const listed = (failed: Map<string, Set<string>>): string[] => [...failed].map(([what, pages]) => `${what} ← ${[...pages].slice(0, 3).join(' ')}`).sort()

/** Every page the menu leads to, unfolded. */
async function menu(page: Page): Promise<string[]> {
  const folded = page.locator('.side .more[aria-expanded=false]')
  while (await folded.count()) await folded.first().click()
  return page.$$eval('.side nav a', (links) => [...new Set(links.map((link) => (link as HTMLAnchorElement).pathname))])
}

for (const login of ['clerk', 'staff1', 'dept-economy', 'grid1']) {
  it(`at the desk of ${login}`, async () => {
    const { page } = await signIn(town, login)
    const failed = listen(page)
    const pages = await menu(page)
    expect(pages.length).toBeGreaterThan(3)
    const open = async (path: string): Promise<void> => {
      await page.goto(town.url + path)
      await page.waitForSelector('#main h1').catch(() => { throw new Error(`${path} shows no heading`) })
      await settled(page)
    }
    for (const path of pages) {
      await open(path)
      // One row of each list, with what hangs on it.
      const row = await page.$$eval('#main a[href]', (links, at) => links.map((link) => (link as HTMLAnchorElement).pathname).find((to) => to.startsWith(`${at}/`) && /\/[0-9a-f-]{36}$/.test(to)), path)
      if (row) await open(row)
    }
    // The numbers behind the menu come a while after a page.
    await page.waitForTimeout(2_000)
    await page.context().close()
    expect(listed(failed)).toEqual([])
  }, 900_000)
}

for (const login of ['staff1', 'dept-economy', 'grid1']) {
  it(`on the phone of ${login}`, async () => {
    const context = await town.browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
    const page = await context.newPage()
    await page.goto(`${town.url}/m/`)
    await page.waitForSelector('#l-name')
    const failed = listen(page)
    await page.fill('#l-name', login)
    await page.fill('#l-pass', PASSWORD)
    await page.click('button.go')
    await page.waitForSelector('.tabs')
    await page.waitForTimeout(3_000)
    for (const path of ['/', '/outbox', '/mine', '/scan', '/report', '/hazards', '/errands', '/orders', '/call', '/away', '/handovers', '/training']) {
      await page.goto(`${town.url}/m${path}`)
      await page.waitForSelector('main.scr')
      await page.waitForTimeout(500)
    }
    await context.close()
    expect(listed(failed)).toEqual([])
  }, 300_000)
}
