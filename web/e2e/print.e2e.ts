import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { anewWhenToldAgain } from './again'
import { signIn } from './desk'
import { openTown, type Town } from './town'

// What a township prints, printed: the list, and the first thing on it. In the night theme, because that is how a sheet
// goes wrong without anybody seeing it on the screen.
const LISTS = ['/places', '/place-lists', '/coverage-errors', '/people', '/posts', '/org-chart', '/checklists', '/tasks', '/inspections', '/inspection-plans', '/hazards', '/facilities', '/facilities/summary', '/facilities/water',
  '/roads', '/roads/blocked', '/roads/access', '/roads/scenarios', '/forces', '/patrols', '/placards', '/papers', '/papers/numbers', '/papers/templates', '/papers/from-records', '/letters', '/meetings', '/follow-ups', '/reports', '/budget', '/contracts', '/drills', '/sorties', '/call-tests',
  '/trainings', '/certificates', '/evidence', '/report-cases', '/report-orders', '/cases', '/authority', '/stop-uses', '/whistles', '/joint-control', '/docket', '/assessments', '/campaigns', '/sectors', '/houses', '/houses/labels', '/facilities/labels',
  '/siting', '/projects', '/fire-plans', '/devices', '/devices/summary', '/signals', '/incidents', '/incidents/statistics', '/messages', '/messages/reach', '/subscribers', '/handovers', '/exports', '/leader', '/board', '/workbench', '/audit', '/parameters', '/waivers']

let town: Town
let folder = ''
anewWhenToldAgain(async () => {
  town = await openTown()
  folder = process.env['PRINTS'] ?? mkdtempSync(join(tmpdir(), 'fengsui-print-'))
}, async () => {
  await town?.end()
  if (folder && !process.env['PRINTS']) rmSync(folder, { recursive: true, force: true })
})

/** What is dark, pale or cut off on paper, as the browser lays it out for print. */
function faults(): string[] {
  const out: string[] = []
  const light = (colour: string): number | null => {
    const m = /rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)/.exec(colour)
    if (!m || m[4] === '0') return null
    return (0.2126 * Number(m[1]) + 0.7152 * Number(m[2]) + 0.0722 * Number(m[3])) / 255
  }
  const seen = (el: Element): boolean => el.checkVisibility?.({ visibilityProperty: true }) !== false && el.getClientRects().length > 0
  const told = (el: Element): string => `${el.tagName.toLowerCase()}.${el.className.toString().replaceAll(' ', '.').slice(0, 40)} “${(el.textContent ?? '').trim().slice(0, 24)}”`
  for (const el of [document.body, ...document.body.querySelectorAll('*')]) {
    if (el.closest('svg') || !seen(el)) continue
    const style = getComputedStyle(el)
    const box = el.getBoundingClientRect()
    const ground = light(style.backgroundColor)
    if (ground !== null && ground < 0.45 && box.width * box.height > 20_000) out.push(`dark ground: ${told(el)}`)
    const said = [...el.childNodes].some((node) => node.nodeType === 3 && (node.textContent ?? '').trim())
    if (!said || el.classList.contains('sr') || el.closest('.sr')) continue
    if (ground === null && (light(style.color) ?? 0) > 0.7) {
      const under = (function find(at: Element | null): number { return at ? (light(getComputedStyle(at).backgroundColor) ?? find(at.parentElement)) : 1 })(el)
      if (under > 0.6) out.push(`pale words: ${told(el)}`)
    }
    for (let at: Element | null = el; at && at !== document.body; at = at.parentElement) {
      const clip = getComputedStyle(at)
      if (clip.overflowX !== 'visible' && clip.display !== 'inline' && at.scrollWidth > at.clientWidth + 2 && box.right > at.getBoundingClientRect().right + 2) {
        out.push(`cut off: ${told(el)} in ${told(at).slice(0, 50)}`)
        break
      }
      if (clip.overflowY !== 'visible' && clip.display !== 'inline' && at.scrollHeight > at.clientHeight + 4 && box.top > at.getBoundingClientRect().bottom) {
        out.push(`below what is shown: ${told(el)} in ${told(at).slice(0, 50)}`)
        break
      }
    }
  }
  return [...new Set(out)].slice(0, 4)
}

/** Words beyond the edge of their sheet, and all words of the file. */
function sheet(file: string): { beyond: string[]; text: string; pages: number; width: number } {
  const read = spawnSync('pdftotext', ['-bbox', file, '-'], { encoding: 'utf8', maxBuffer: 64 << 20 })
  if (read.status !== 0) throw new Error(`pdftotext: ${read.stderr || String(read.error)}`)
  const beyond: string[] = []
  let [width, pages, text] = [0, 0, '']
  for (const line of read.stdout.split('\n')) {
    const page = /<page width="([\d.]+)"/.exec(line)
    if (page) [width, pages] = [Number(page[1]), pages + 1]
    const word = /xMin="(-?[\d.]+)".*xMax="(-?[\d.]+)".*>(.*)<\/word>/.exec(line)
    if (!word) continue
    text += word[3]
    if (Number(word[1]) < 0 || Number(word[2]) > width) beyond.push(word[3] ?? '')
  }
  return { beyond, text, pages, width }
}

async function printed(page: Page, path: string, found: string[]): Promise<void> {
  // No medium: a page made to show the screen prints the screen.
  await page.emulateMedia({ media: null })
  await page.goto(town.url + path, { waitUntil: 'commit' })
  await page.waitForSelector('#main h1', { timeout: 20_000 })
  await page.waitForFunction(() => !document.querySelector('[aria-busy=true]'), undefined, { timeout: 20_000 })
  await page.waitForTimeout(150)
  // Its own words, without the states that stand beside them.
  const title = await page.evaluate(() => [...(document.querySelector('#main h1')?.childNodes ?? [])].map((node) => (node.nodeType === 3 ? (node.textContent ?? '') : '')).join('').replaceAll(/\s/g, ''))
  const file = join(folder, `${path.slice(1).replaceAll('/', '_')}.pdf`)
  writeFileSync(file, await page.pdf({ preferCSSPageSize: true, printBackground: true }))
  await page.emulateMedia({ media: 'print' })
  // As wide as a sheet of A4 is when the browser has made everything a third smaller.
  await page.setViewportSize({ width: 950, height: 1300 })
  const here = await page.evaluate(faults)
  await page.setViewportSize({ width: 1440, height: 900 })
  const { beyond, text, pages, width } = sheet(file)
  const year = String(new Date().getFullYear())
  if (!text.includes(title)) here.push(`no title “${title}”`)
  if (!text.includes('打印于') || !text.slice(text.indexOf('打印于')).startsWith(`打印于${year}`)) here.push('nobody knows when it was printed')
  if (!text.includes('青峰镇')) here.push('whose it is is not on it')
  if (beyond.length) here.push(`beyond the edge: ${beyond.slice(0, 3).join(' ')}`)
  if (path === '/leader' && pages !== 1) here.push(`one page, printed on ${pages}`)
  // The whole board is one wide sheet and a little more.
  if (path === '/board' && (width < 1_190 || pages > 2)) here.push(`A3 across, printed on ${pages} of ${width} pt`)
  if (path.split('/').length > 2 && pages > 12) here.push(`${pages} pages of one thing`)
  found.push(...here.map((fault) => `${path.replace(/[0-9a-f-]{36}/, '…')}: ${fault}`))
}

it('every list and what it leads to is a light sheet with its title, town and day, and nothing of it is cut off', async () => {
  const { page, errors } = await signIn(town, 'head')
  await page.evaluate(() => localStorage.setItem('fengsui.theme', 'night'))
  const found: string[] = []
  for (const path of LISTS) {
    await printed(page, path, found)
    await page.emulateMedia({ media: null })
    const next = await page.evaluate((list) => [...document.querySelectorAll('#main a[href]')].map((a) => a.getAttribute('href') ?? '').find((href) => new RegExp(`^${list}/[0-9a-f-]{36}$`).test(href)), path)
    if (next) await printed(page, next, found)
  }
  expect(found).toEqual([])
  // On the screen it is night still, in what the browser draws itself, too.
  await page.emulateMedia({ media: null })
  expect(await page.evaluate(() => getComputedStyle(document.documentElement).colorScheme)).toBe('dark')
  expect(errors).toEqual([])
  await page.context().close()
}, 900_000)
