// Everything strangers see, on a phone without script: from the code on a wall to the form, the receipt, and the request to
// open it again; large letters, and nothing axe finds.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { FacilityPage, HouseList, Items, PlacardPage, ReportCasePage, ReportCaseView } from '../src/shared/api/contract'
import { ask, signIn } from './desk'
import { picture } from './phone'
import { openTown, type Town } from './town'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town?.end())

const open = (width: number, height: number, script: boolean): Promise<BrowserContext> =>
  town.browser.newContext({ viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai', javaScriptEnabled: script })

/** Files a report without script and gives its receipt. */
async function report(page: Page, address: string, first: string): Promise<string> {
  await page.goto(first, { waitUntil: 'commit' })
  await page.setInputFiles('input[name=photo]', picture(41))
  await page.check('input[name=matter][value=blocked_exit]')
  await page.fill('textarea[name=content]', '楼梯口堆满纸箱')
  if (await page.$('select[name=village]')) await page.selectOption('select[name=village]', { index: 1 })
  await page.fill('input[name=address]', address)
  await page.click('form[enctype] button:not([type])')
  await page.waitForURL('**/p/r-**')
  return page.url().split('/p/r-')[1]?.split('?')[0] ?? ''
}

it('takes somebody without script from the code on a house to the answer and to opening it again', async () => {
  const { page: desk } = await signIn(town, 'clerk')
  const house = (await ask<HouseList>(desk, '/houses')).items[0]
  if (!house) throw new Error('the sample town has no house')
  const context = await open(390, 844, false)
  const page = await context.newPage()
  await page.goto(`${town.url}/p/h-${house.place.id}`, { waitUntil: 'commit' })
  const shown = (await page.textContent('main')) ?? ''
  expect(shown).toContain('为什么是这个等级')
  expect(shown).not.toContain(house.place.name)
  await page.click('a.go')
  await page.waitForURL('**/p/report?p=**')
  expect(await page.textContent('.note')).toContain('位置已按二维码填好')
  const code = await report(page, '二楼楼梯口', page.url())
  expect(await page.textContent('[role=status]')).toContain('举报已收到')
  expect(await page.textContent('main')).toContain('已收到，等待受理')
  expect(await page.context().cookies()).toEqual([])

  // The office handles and answers it.
  const { items } = await ask<ReportCasePage>(desk, '/report-cases?channel=qr&stage=received')
  const newest = items.find((one) => one.place?.id === house.place.id)
  if (!newest) throw new Error('the report did not arrive')
  let version = 1
  for (const step of [
    { step: 'accept' },
    { step: 'assign', org: (await ask<{ orgs: { id: string; name: string }[] }>(desk, '/report-cases/options')).orgs.find((one) => one.name.includes('工作站'))?.id },
    { step: 'handle', finding: 'confirmed', text: '现场属实，已清理' },
    { step: 'reply', text: '纸箱已清走' },
  ]) {
    const after = await ask<ReportCaseView>(desk, `/report-cases/${newest.id}/steps`, { text: '', photos: [], ...step, version })
    version = after.version
  }
  await page.goto(`${town.url}/p/report`, { waitUntil: 'commit' })
  await page.fill('input[name=code]', code)
  await page.click('form[action="/p/receipt"] button')
  await page.waitForURL('**/p/r-**')
  expect(await page.textContent('main')).toContain('纸箱已清走')
  await page.check('input[name=rating][value=fair]')
  await page.click('form:has(input[name=rating]) button')
  await page.waitForLoadState()
  expect(await page.textContent('main')).toContain('您的评价：基本满意')
  await page.fill('textarea[name=reason]', '第二天又堆起来了')
  await page.click('form:has(textarea[name=reason]) button')
  await page.waitForLoadState()
  expect(await page.textContent('main')).toContain('已受理')
  const again = await ask<ReportCaseView>(desk, `/report-cases/${newest.id}`)
  expect([again.stage.code, again.reopened]).toEqual(['accepted', 1])
  await context.close()
  await desk.context().close()
})

it.each([
  [1440, 900],
  [390, 844],
])('every public page at %i×%i is large enough to read, fits, and axe finds nothing', async (width, height) => {
  const { page: desk } = await signIn(town, 'clerk')
  const house = (await ask<HouseList>(desk, '/houses')).items[0]
  const facility = (await ask<FacilityPage>(desk, '/facilities')).items[0]
  const placard = (await ask<PlacardPage>(desk, '/placards?standing=current')).items[0]
  const href = placard ? (await ask<{ href: string }>(desk, `/placards/${placard.id}`)).href : ''
  await ask<Items<unknown>>(desk, '/posts')
  await desk.context().close()
  const script = await open(width, height, true)
  const plain = await open(width, height, false)
  const [page, bare] = [await script.newPage(), await plain.newPage()]
  const receipt = `/p/r-${await report(page, '老街 12 号', `${town.url}/p/report`)}`
  const found: string[] = []
  for (const path of ['/p/report', receipt, href, `/p/f-${facility?.id}`, `/p/h-${house?.place.id}`, '/p/officers', '/login'])
    for (const lang of ['zh', 'en']) {
      const address = `${town.url}${path}${path === '/login' ? '' : `?lang=${lang}`}`
      await page.goto(address, { waitUntil: 'load' })
      await page.waitForSelector(path === '/login' ? 'input[name=password]' : 'h1')
      const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1)
      if (wide) found.push(`${path}: wider than the window`)
      await page.evaluate(axe)
      const violations = (await page.evaluate(
        async () => ((await (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: unknown[] }> } }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations) as unknown,
      )) as { id: string; nodes: { html: string }[] }[]
      for (const v of violations) found.push(`${path} ${lang}: ${v.id} ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 140)).join(' | ')}`)
      if (path === '/login') continue
      // The same page says the same without script, and no letter is smaller than eighteen pixels.
      await bare.goto(address, { waitUntil: 'load' })
      if ((await bare.textContent('h1')) !== (await page.textContent('h1'))) found.push(`${path} ${lang}: says something else without script`)
      const small = await page.evaluate(() => {
        const walker = document.createTreeWalker(document.body ?? document.documentElement, NodeFilter.SHOW_TEXT)
        const out: string[] = []
        for (let node = walker.nextNode(); node; node = walker.nextNode()) {
          const el = node.parentElement
          if (!el || !node.textContent?.trim() || ['STYLE', 'TITLE', 'SCRIPT'].includes(el.tagName)) continue
          if (Number.parseFloat(getComputedStyle(el).fontSize) < 18) out.push(`${el.tagName} ${node.textContent.trim().slice(0, 20)}`)
        }
        return out
      })
      for (const one of small) found.push(`${path} ${lang}: small ${one}`)
    }
  expect(found).toEqual([])
  await script.close()
  await plain.close()
}, 240_000)
