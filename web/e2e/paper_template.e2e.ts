// The town words a paper itself: a text that would lose a field is refused by the field's name and has the focus, a leader
// approves, and whoever begins such a paper has the town's words first and the supplied ones beside them.

import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { anewWhenToldAgain } from './again'
import { ask, settled, signIn } from './desk'
import { openTown, type Town } from './town'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run
    const found = await run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'] })
    return found.violations.map((one) => `${one.id} ${one.nodes[0]?.html.slice(0, 120) ?? ''}`)
  })
}

it('is worded, refused, mended, approved and used', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  await page.goto(`${town.url}/papers/templates/new`)
  await settled(page)
  await page.selectOption('#main select', 'DT06')
  await page.fill('#main .field:has-text("改写理由") textarea', '说清楚复查的是哪份通知')
  const first = page.locator('#main .texts .field:has-text("第 1 段") textarea')
  const was = await first.inputValue()
  expect(was).toContain('{reference}')
  await first.fill(was.replace('{reference}', '原通知'))
  await page.click('#main button.pri')
  await page.waitForSelector('#main .alert[role=alert]')
  expect(await page.textContent('#main .texts'), 'the field that would be lost is named').toContain('原通知书编号')
  expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-invalid')), 'who cannot see red is led to it').toBe('true')
  expect(await violations(page)).toEqual([])
  await first.fill(was.replace('所列问题', '上写的问题'))
  await page.click('#main button.pri')
  await page.waitForURL('**/papers/templates')
  await settled(page)
  const card = (one: Page) => one.locator('#main section.one:has-text("DT06")').first()
  expect(await card(page).locator('.acts button:has-text("审定")').count(), 'who drafts does not approve').toBe(0)
  expect(await card(page).textContent()).toContain('上写的问题')
  expect(await violations(page)).toEqual([])

  const leader = await signIn(town, 'leader')
  await leader.page.goto(`${town.url}/papers/templates`)
  await settled(leader.page)
  await card(leader.page).locator('.acts button:has-text("审定")').click()
  await leader.page.click('.dialog footer button.pri')
  await leader.page.waitForSelector('.dialog', { state: 'detached' })
  await leader.page.waitForSelector('#main section.one:has-text("DT06"):has-text("使用中")')

  // An opinion on a re-check is begun on the page of its hazard, and nowhere else.
  await page.goto(`${town.url}/papers/new`)
  await settled(page)
  await page.waitForSelector('#main select option:has-text("DT10")', { state: 'attached' })
  expect(await page.locator('#main select option:has-text("DT06")').count()).toBe(0)
  await page.click('#main a[href$="/papers/from-records"]')
  await page.waitForSelector('#main tr:has-text("DT06") a[href$="/hazards"]')
  expect(await page.locator('#main tr:has-text("DT06") a[href="/api/v1/papers/blanks/DT06"]').count(), 'the empty form is there').toBe(1)
  expect(await violations(page)).toEqual([])
  const { items } = await ask<{ items: { id: string }[] }>(page, '/hazards?limit=1')
  await page.goto(`${town.url}/papers/new?about_kind=hazard&about=${items[0]?.id}`)
  await settled(page)
  await page.waitForSelector('#main select option:has-text("DT06")', { state: 'attached' })
  const offered = (await page.$$eval('#main select option', (all) => all.map((option) => option.textContent ?? ''))).filter((text) => text.includes('DT06'))
  expect(offered.map((text) => text.replace(/^.*）/, '').trim())).toEqual(['本镇第 1 版', '随系统提供'])
  expect([...errors, ...leader.errors]).toEqual([])
}, 120_000)

it.each([
  [1440, 900],
  [390, 844],
])('fits and reads at %i×%i, in English too, where what stays Chinese is marked', async (width, height) => {
  const { page } = await signIn(town, 'clerk', width, height)
  await page.evaluate(() => localStorage.setItem('fengsui.locale', 'en'))
  for (const path of ['/papers/templates', '/papers/templates/new']) {
    await page.goto(town.url + path)
    await settled(page)
    if (path.endsWith('new')) await page.selectOption('#main select', 'DT10')
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1), path).toBe(true)
    expect(await violations(page), path).toEqual([])
  }
  const chinese = await page.$$eval('header *, #main *', (all) => all.filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && /^\s*\p{Script=Han}+\s*$/u.test(node.textContent ?? '')) && !one.closest('[lang=zh]') && one.tagName !== 'OPTION').map((one) => one.outerHTML.slice(0, 100)))
  expect(chinese).toEqual([])
}, 120_000)
