import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { anewWhenToldAgain } from './again'
import { PASSWORD, ask, settled, signIn } from './desk'
import { openTown, type Town } from './town'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
interface Violation { id: string; nodes: { html: string }[] }
const PAGES = ['/places', '/places/new', '/place-lists', '/coverage-errors', '/imports', '/people', '/posts', '/orgs', '/checklists', '/parameters', '/calendar', '/waivers', '/notice', '/accounts', '/audit', '/account',
  '/duty', '/incidents', '/messages', '/messages/reach', '/subscribers', '/devices', '/signals', '/roads', '/roads/access', '/roads/scenarios', '/roads/import', '/roads/blocked', '/fire-plans', '/siting', '/projects', '/report-cases', '/cases', '/authority', '/stop-uses', '/whistles', '/joint-control', '/houses', '/houses/labels', '/assessments', '/report-orders', '/campaigns', '/facilities', '/forces', '/placards', '/papers', '/papers/from-records', '/papers/templates', '/meetings', '/trainings', '/officers', '/certificates']

let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

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

/** What people open most, also in the longer words of English. */
const MAIN = ['/workbench', '/leader', '/board', '/places', '/places/new', '/place-lists', '/inspection-plans', '/tasks', '/inspections', '/hazards', '/people', '/orgs', '/checklists', '/parameters', '/waivers', '/duty', '/incidents', '/facilities', '/papers', '/audit']

it.each([
  [1440, 900, 'zh-CN', PAGES],
  [390, 844, 'zh-CN', PAGES],
  [1440, 900, 'en', MAIN],
  [390, 844, 'en', MAIN],
] as const)('every page of the register, people and rules opens at %i×%i in %s, fits, and axe finds nothing', async (width, height, locale, pages) => {
  const { page, errors } = await signIn(town, 'head', width, height)
  await page.evaluate((wanted) => localStorage.setItem('fengsui.locale', wanted), locale)
  const found: string[] = []
  for (const path of pages) {
    await page.goto(town.url + path, { waitUntil: 'commit' })
    await page.waitForSelector('#main h1', { timeout: 20_000 })
    await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'), undefined, { timeout: 20_000 })
    if ((await page.getAttribute('html', 'lang')) !== locale) found.push(`${path}: not in ${locale}`)
    const wide = await page.evaluate(() => [document.documentElement, document.querySelector('main')].some((el) => el !== null && el.scrollWidth > el.clientWidth + 1))
    if (wide) found.push(`${path}: wider than the window`)
    if (await page.$('#main .state.bad')) found.push(`${path}: ${await page.textContent('#main .state.bad')}`)
    await page.evaluate(axe)
    const violations = await page.evaluate(
      async () => ((await (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: unknown[] }> } }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations) as unknown,
    )
    for (const v of violations as Violation[]) found.push(`${path}: ${v.id} ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 120)).join(' | ')}`)
  }
  expect(found).toEqual([])
  expect(errors).toEqual([])
  await page.context().close()
})

/** Where the first place of the register is. */
async function firstPlace(page: Page): Promise<string> {
  await page.goto(`${town.url}/places`, { waitUntil: 'commit' })
  await page.waitForSelector('.dt tbody tr')
  return (await page.getAttribute('.dt tbody tr a', 'href')) ?? ''
}

/** Its form, filled in as it stands. */
async function edit(page: Page, href: string): Promise<void> {
  await page.goto(`${town.url}${href}/edit`, { waitUntil: 'commit' })
  await page.waitForFunction(() => (document.querySelector<HTMLInputElement>('form input')?.value ?? '') !== '')
}

it('of two who change one place at once the second sees both versions side by side', async () => {
  const { page } = await signIn(town, 'clerk')
  const { page: other } = await signIn(town, 'clerk')
  const href = await firstPlace(page)
  for (const one of [page, other]) await edit(one, href)
  const beds = 'form label:has-text("床位") input'
  await page.fill('form textarea', '二楼有人住')
  await page.fill(beds, '35')
  await page.click('form button[type=submit]')
  await page.waitForURL(`**${href}`)
  await other.fill('form textarea', '一楼有仓库')
  await other.click('form button[type=submit]')
  await other.waitForSelector('[role=dialog] table')
  const text = (await other.textContent('[role=dialog] table')) ?? ''
  expect(text).toContain('二楼有人住')
  expect(text).toContain('一楼有仓库')
  // What only the first changed is no question, and stays when the second saves what he changed.
  expect(await other.locator('[role=dialog] tbody tr').count()).toBe(1)
  await other.click('[role=dialog] .btn.pri')
  await other.waitForURL(`**${href}`)
  await other.waitForFunction(() => document.querySelector('#main')?.textContent?.includes('一楼有仓库'))
  await edit(other, href)
  expect(await other.inputValue(beds)).toBe('35')
  await page.context().close()
  await other.context().close()
})

it('two rows about one place are laid side by side and become one', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  const village = (await ask<{ items: { code: string; level: string }[] }>(page, '/territories')).items.find((one) => one.level === 'village')!.code
  const row = { category: 'nine_small.catering', tags: [], village, address: '老街 9 号', heads: {}, responsible: { name: '' }, opening: 'open', note: '' }
  const stays = await ask<{ id: string; code: string }>(page, '/places', { ...row, name: '合并试验面馆' })
  const gone = await ask<{ id: string; code: string }>(page, '/places', { ...row, name: '合并试验面馆（二楼）', area_m2: 60 })
  await page.goto(`${town.url}/places/${gone.id}`)
  await settled(page)
  await page.click('button:has-text("并入另一条")')
  const confirm = page.locator('.dialog footer button:has-text("并入另一条")')
  expect(await confirm.isDisabled(), 'nothing is chosen yet').toBe(true)
  await page.click('.dialog .el-select')
  await page.fill('.dialog .el-select input', stays.code)
  await page.click(`.el-select-dropdown__item:visible:has-text("${stays.code}")`)
  await page.waitForSelector('.dialog table tbody tr')
  expect(await page.textContent('.dialog table')).toContain(stays.code)
  await page.fill('.dialog textarea', '同一家店登记了两次')
  await confirm.click()
  await page.waitForURL(`**/places/${stays.id}`)
  await settled(page)
  await page.waitForSelector(`#main a:has-text("${gone.code}")`)
  expect(await page.textContent('#main'), 'what it lacked is taken over').toContain('60')
  await page.click(`#main a:has-text("${gone.code}")`)
  await page.waitForSelector(`#main .alert a:has-text("${stays.code}")`)
  expect(errors).toEqual([])
  await page.context().close()
})

it('whose session ends under a form signs in over it, and what he filled in is saved', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  const href = await firstPlace(page)
  await edit(page, href)
  await page.fill('form textarea', '门前有台阶')
  await page.context().clearCookies()
  const puts: (string | undefined)[] = []
  page.on('request', (sent) => sent.method() === 'PUT' && puts.push(sent.headers()['idempotency-key']))
  await page.click('form.gap button[type=submit]')
  await page.waitForSelector('.dialog input[name=password]')
  // Who will not stays where he is, with his words and the refusal.
  await page.click('.dialog footer .btn:not(.pri)')
  await page.waitForSelector('form.gap p[role=alert]')
  expect(await page.inputValue('form textarea')).toBe('门前有台阶')
  await page.click('form.gap button[type=submit]')
  expect(await page.inputValue('.dialog input[name=username]')).toContain('clerk')
  await page.fill('.dialog input[name=password]', PASSWORD)
  await page.click('.dialog button[type=submit]')
  await page.waitForURL(`**${href}`)
  await page.waitForFunction(() => document.querySelector('#main')?.textContent?.includes('门前有台阶'))
  expect([puts.length, new Set(puts).size]).toEqual([3, 2])
  expect(errors).toEqual([])
  await page.context().close()
})

it('a form is not saved under another who signed in meanwhile: its own person signs in over it', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  const href = await firstPlace(page)
  await edit(page, href)
  await page.fill('form textarea', '后门常锁')
  // As another tab of the same browser does.
  const other = await page.evaluate(async (password) => {
    const headers = { 'Content-Type': 'application/json', 'X-Fengsui': '1' }
    const came = await fetch('/api/v1/login', { method: 'POST', headers, body: JSON.stringify({ login: 'leader', password }) })
    return ((await came.json()) as { person: { login: string } }).person.login
  }, PASSWORD)
  expect(other).toBe('leader')
  await page.click('form.gap button[type=submit]')
  await page.waitForSelector('.dialog:has-text("现在登录的是另一个人") input[name=password]')
  expect(await page.inputValue('.dialog input[name=username]')).toContain('clerk')
  await page.fill('.dialog input[name=password]', PASSWORD)
  await page.click('.dialog button[type=submit]')
  await page.waitForURL(`**${href}`)
  await page.waitForFunction(() => document.querySelector('#main')?.textContent?.includes('后门常锁'))
  expect(errors).toEqual([])
  await page.context().close()
})

it('of two who change one person at once the second sees both versions, keeps typing upon the new one, and gets through', async () => {
  const { page } = await signIn(town, 'clerk')
  const { page: other } = await signIn(town, 'clerk')
  for (const one of [page, other]) {
    await one.goto(`${town.url}/people`, { waitUntil: 'commit' })
    await one.click('.dt tbody tr .lk')
    await one.click('[role=dialog] .row .btn')
    await one.waitForSelector('[role=dialog] form input')
  }
  const office = '[role=dialog] form label:has-text("办公") input'
  await page.fill(office, '023-49000011')
  await page.click('[role=dialog] form button[type=submit]')
  await page.waitForFunction(() => document.querySelector('[role=dialog] dl')?.textContent?.includes('023-49000011'))
  await other.fill(office, '023-49000022')
  await other.click('[role=dialog] form button[type=submit]')
  const both = await other.waitForSelector('[role=dialog] table')
  const text = (await both.textContent()) ?? ''
  expect(text).toContain('023-49000011')
  expect(text).toContain('023-49000022')
  // On with what was typed, upon what stands now: saved at once, without loading the page again.
  await other.click('.dialog:has(table) footer .btn:first-child')
  await other.waitForSelector('[role=dialog] table', { state: 'detached' })
  expect(await other.inputValue(office)).toBe('023-49000022')
  await other.click('[role=dialog] form button[type=submit]')
  await other.waitForFunction(() => document.querySelector('[role=dialog] dl')?.textContent?.includes('023-49000022'))
  await page.context().close()
  await other.context().close()
})

it('says beside a clause and beside each of its duties what the attached notice says', async () => {
  const { page } = await signIn(town, 'clerk')
  const body = '通知\n一、任务\n9.甲\n10.自拟一段话，用来试位置。\n11.乙\n'
  const known = await page.evaluate(async () => ((await (await fetch('/api/v1/notice')).json()) as { version?: number }).version)
  await page.evaluate(
    async (sent) => {
      const headers = { 'Content-Type': 'application/json', 'X-Fengsui': '1', 'Idempotency-Key': crypto.randomUUID() }
      const answer = await fetch('/api/v1/notice', { method: 'PUT', headers, body: sent })
      if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`)
    },
    JSON.stringify({ title: '试用通知', body, ...(known ? { version: known } : {}) }),
  )
  const clause = await ask<{ duties: { id: string; title: string; tally: { total: number } }[] }>(page, '/board/clauses/C10')
  const duty = clause.duties.find((one) => one.tally.total)!
  await page.goto(`${town.url}/board/clauses/C10`, { waitUntil: 'commit' })
  await page.waitForSelector('aside blockquote')
  expect(await page.textContent('aside blockquote')).toContain('自拟一段话')
  await page.click(`aside .du > li:has-text("${duty.title}") .btn.txt`)
  await page.waitForSelector('aside .oc')
  await settled(page)
  expect(await page.textContent('aside blockquote')).toContain('自拟一段话')
  await page.context().close()
})
