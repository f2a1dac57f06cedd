// Everything strangers see, on a phone without script: from the code on a wall to the form, the receipt, and the request to
// open it again; large letters, and nothing axe finds.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { BrowserContext, Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { FacilityPage, HouseList, Items, PlacardPage, ReportCasePage, ReportCaseView } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { ask, signIn } from './desk'
import { picture } from './phone'
import { openTown, type Town } from './town'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

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
  expect(await page.textContent('main')).toContain('位置已按二维码填好')
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
  /** A page as it stands: it fits, axe finds nothing, and no letter is smaller than eighteen pixels. */
  const look = async (name: string): Promise<void> => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth + 1)
    if (wide) found.push(`${name}: wider than the window`)
    await page.evaluate(axe)
    const violations = (await page.evaluate(
      async () => ((await (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: unknown[] }> } }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations) as unknown,
    )) as { id: string; nodes: { html: string }[] }[]
    for (const v of violations) found.push(`${name}: ${v.id} ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 140)).join(' | ')}`)
    if (name.startsWith('/login')) return
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
    for (const one of small) found.push(`${name}: small ${one}`)
  }
  for (const path of ['/p/report', receipt, href, `/p/f-${facility?.id}`, `/p/h-${house?.place.id}`, '/p/officers', '/login'])
    for (const query of path === '/login' ? [''] : ['?lang=zh', '?lang=en', '?lang=zh&big=1']) {
      const address = `${town.url}${path}${query}`
      await page.goto(address, { waitUntil: 'load' })
      await page.waitForSelector(path === '/login' ? 'input[name=password]' : 'h1')
      await look(`${path}${query}`)
      if (path === '/login') continue
      // The same page says the same without script.
      await bare.goto(address, { waitUntil: 'load' })
      if ((await bare.textContent('h1')) !== (await page.textContent('h1'))) found.push(`${path}${query}: says something else without script`)
    }
  // The form that came back says why, keeps what was written, and reads as well; large letters too.
  for (const query of ['?lang=zh', '?lang=en', '?lang=zh&big=1']) {
    await page.goto(`${town.url}/p/report${query}`, { waitUntil: 'load' })
    await page.check('input[name=matter][value=person]')
    await page.fill('textarea[name=content]', '邻居老王')
    await page.fill('input[name=address]', '老街 12 号')
    await page.click('form[enctype] .send button')
    await page.waitForSelector('.note[role=alert]')
    expect(await page.inputValue('textarea[name=content]')).toBe('邻居老王')
    await look(`refused form ${query}`)
  }
  expect(found).toEqual([])
  await script.close()
  await plain.close()
}, 240_000)

it('keeps what was typed when the page is asked for larger or in English, and behind a label what was refused', async () => {
  const { page: desk } = await signIn(town, 'clerk')
  const facility = (await ask<FacilityPage>(desk, '/facilities')).items[0]
  await desk.context().close()
  for (const [path, words, choice] of [['/p/report', 'content', 'input[value=wiring]'], [`/p/f-${facility?.id}`, 'words', 'input[value=other]']] as const) {
    const context = await open(390, 844, true)
    const page = await context.newPage()
    await page.goto(`${town.url}${path}`, { waitUntil: 'load' })
    await page.fill(`textarea[name=${words}]`, '看不清')
    await page.check(choice)
    await page.click('nav a:has-text("English")')
    await page.waitForURL('**lang=en**')
    await page.waitForLoadState('load')
    await page.click('nav a:has-text("Large text")')
    await page.waitForURL('**big=1**')
    await page.waitForLoadState('load')
    expect([await page.inputValue(`textarea[name=${words}]`), await page.isChecked(choice)]).toEqual(['看不清', true])
    await context.close()
  }
  const plain = await open(390, 844, false)
  const page = await plain.newPage()
  await page.goto(`${town.url}/p/f-${facility?.id}`, { waitUntil: 'load' })
  await page.check('input[value=other]')
  await page.click('form[enctype] button')
  await page.waitForSelector('.note[role=alert]')
  expect(await page.isChecked('input[value=other]')).toBe(true)
  await plain.close()
}, 60_000)

it('takes a position instead of words, and words where there is none', async () => {
  const context = await town.browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', geolocation: { longitude: 105.87, latitude: 29.26, accuracy: 20 }, permissions: ['geolocation'] })
  const page = await context.newPage()
  await page.goto(`${town.url}/p/report`, { waitUntil: 'load' })
  // What would be refused is said before it is sent.
  await page.setInputFiles('input[name=photo]', { name: 'large.jpg', mimeType: 'image/jpeg', buffer: Buffer.alloc(13 * 1024 * 1024) })
  await page.waitForSelector('#seen + [role=status]:has-text("超过 12 MB")')
  expect(await page.locator('input[name=photo]').evaluate((field) => (field as HTMLInputElement).files?.length)).toBe(0)
  const needed = (): Promise<boolean> => page.$eval('input[name=address]', (field) => (field as HTMLInputElement).required)
  expect(await needed()).toBe(true)
  await page.click('button:has-text("附上我现在的位置")')
  await page.waitForSelector('[role=status]:has-text("已附上位置")')
  expect(await needed()).toBe(false)
  await page.click('button:has-text("不附位置")')
  expect(await needed()).toBe(true)
  await page.click('button:has-text("附上我现在的位置")')
  await page.waitForSelector('[role=status]:has-text("已附上位置")')
  await page.check('input[name=matter][value=wiring]')
  await page.fill('textarea[name=content]', '飞线充电')
  await page.click('form[enctype] .send button')
  await page.waitForURL('**/p/r-**')
  expect(await page.textContent('[role=status]')).toContain('举报已收到')
  await context.close()
})

it('points at a map by finger or by keyboard, and asks for none of it before', async () => {
  const context = await town.browser.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN' })
  const page = await context.newPage()
  const fetched: string[] = []
  page.on('request', (one) => fetched.push(new URL(one.url()).pathname))
  await page.goto(`${town.url}/p/report`, { waitUntil: 'load' })
  expect(fetched.filter((path) => path.startsWith('/p/map'))).toEqual([])
  const field = (name: string): Promise<string> => page.$eval(`input[name=${name}]`, (one) => (one as HTMLInputElement).value)
  const needed = (): Promise<boolean> => page.$eval('input[name=address]', (one) => (one as HTMLInputElement).required)
  await page.click('button:has-text("在地图上指")')
  await page.waitForSelector('canvas.map')
  expect(fetched.filter((path) => path.startsWith('/p/map')).sort()).toEqual(['/p/map.js', '/p/map.json'])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true)
  await page.locator('canvas.map').click({ position: { x: 160, y: 140 } })
  await page.waitForSelector('[role=status]:has-text("已指好位置")')
  const tapped = await field('point')
  expect([tapped.split(',').length, await needed()]).toEqual([2, false])
  // Nearer, moved and chosen by keyboard: another point.
  await page.focus('canvas.map')
  for (const key of ['+', '+', 'ArrowRight', 'ArrowUp', 'Enter']) await page.keyboard.press(key)
  expect(await field('point')).not.toBe(tapped)
  await page.evaluate(axe)
  const violations = (await page.evaluate(async () => (await (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: { id: string }[] }> } }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations.map((one) => one.id))) as string[]
  expect(violations).toEqual([])
  // Not on the map after all: then words are needed again.
  await page.click('button:has-text("不在地图上指了")')
  expect([await field('point'), await needed()]).toEqual(['', true])
  await page.click('button:has-text("在地图上指")')
  await page.locator('canvas.map').click({ position: { x: 200, y: 160 } })
  const chosen = (await field('point')).split(',').map(Number)
  await page.check('input[name=matter][value=wiring]')
  await page.fill('textarea[name=content]', '地图上指的飞线')
  await page.click('form[enctype] .send button')
  await page.waitForURL('**/p/r-**')
  const { page: desk } = await signIn(town, 'clerk')
  const { items } = await ask<ReportCasePage>(desk, '/report-cases?channel=qr&stage=received')
  const newest = items.find((one) => one.summary.includes('地图上指的飞线'))
  const seen = await ask<ReportCaseView>(desk, `/report-cases/${newest?.id}`)
  expect([seen.spot?.lon, seen.spot?.lat]).toEqual(chosen)
  await desk.context().close()
  await context.close()
})
