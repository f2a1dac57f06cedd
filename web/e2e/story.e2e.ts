// The whole way through the browser, in the sample town: a messy ledger comes in; a plan is approved by somebody else
// than who made it; a check on the phone finds something; the unit fixes it by its link; another person looks again;
// and the number on the board opens down to the photo.

import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BoardView, ClauseView, DutyView, HazardPage, HazardView, Tally, TaskPage } from '../src/shared/api/contract'
import { ask, settled, signIn } from './desk'
import { delivered, handIn, onPhone, openPhone, picture } from './phone'
import { openTown, type Town } from './town'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town?.end())

/** What the interface says to whoever is signed in on this page. */
async function go(page: Page, path: string): Promise<void> {
  await page.goto(town.url + path, { waitUntil: 'commit' })
  await page.waitForSelector('#main h1', { timeout: 20_000 })
  await settled(page)
}
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  const found = await page.evaluate(
    async () => ((await (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: unknown[] }> } }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })).violations) as unknown,
  )
  return (found as { id: string; nodes: { html: string }[] }[]).map((v) => `${v.id} ${v.nodes.slice(0, 2).map((n) => n.html.slice(0, 140)).join(' | ')}`)
}

const PAGES = ['/workbench', '/leader', '/board', '/board?clause=10', '/inspection-plans', '/joint-offers', '/tasks', '/inspections', '/hazards', '/hazards?view=board']

describe('the pages of the work', () => {
  it.each([
    [1440, 900],
    [390, 844],
  ])('open at %i×%i, fit, and axe finds nothing', async (width, height) => {
    const { page, errors } = await signIn(town, 'clerk', width, height)
    const found: string[] = []
    for (const path of PAGES) {
      await go(page, path)
      const wide = await page.evaluate(() => [document.documentElement, document.querySelector('main')].some((el) => el !== null && el.scrollWidth > el.clientWidth + 1))
      if (wide) found.push(`${path}: wider than the window`)
      if (await page.$('#main .state.bad')) found.push(`${path}: ${await page.textContent('#main .state.bad')}`)
      found.push(...(await violations(page)).map((one) => `${path}: ${one}`))
    }
    // One of each of what the lists list.
    for (const list of ['/tasks', '/inspections', '/hazards', '/inspection-plans']) {
      await go(page, list)
      const href = await page.getAttribute(`#main tbody a[href^="${list}/"]`, 'href', { timeout: 5_000 }).catch(() => null)
      if (!href) continue
      await go(page, href)
      if (await page.$('#main .state.bad')) found.push(`${href}: ${await page.textContent('#main .state.bad')}`)
      found.push(...(await violations(page)).map((one) => `${list}/one: ${one}`))
    }
    expect(found).toEqual([])
    expect(errors).toEqual([])
    await page.context().close()
  }, 240_000)

  it('the board shows every clause, none for 14, and grey where there is no data', async () => {
    const { page } = await signIn(town, 'clerk')
    await go(page, '/board')
    const board = await ask<BoardView>(page, '/board')
    const numbers = board.clauses.filter((one) => /^C\d+$/.test(one.code) && !one.absent).map((one) => Number(one.code.slice(1)))
    expect(numbers).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 18, 19])
    for (const one of board.clauses.filter((row) => row.tally.no_data > 0 && row.tally.no_data === row.tally.total)) {
      expect(one.tally.ratio).toBeNull()
      expect(await page.textContent(`#clause-${one.code} .cr`)).toContain('无数据')
    }
    // J and Enter open a clause, Escape closes it.
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForSelector('.dt h2')
    await page.keyboard.press('Escape')
    await page.waitForSelector('.dt', { state: 'detached' })
    await page.context().close()
  })
})

describe('a messy ledger', () => {
  const HEAD = '场所名称,场所类别,村（社区）,详细地址,消防安全责任人,联系电话,容纳人数,建筑面积（平方米）,营业状态,关停日期'
  const good = (n: number) => [`验收副食店${n}`, '小商店', 'VILLAGE', `验收路 ${n} 号`, '张三', '023-00000000', '20', '85.5', '正常', '']
  /** Ten rows, one mistake in each. */
  const MISTAKES: [number, string][] = [
    [0, ''], [1, '航天发射场'], [2, '月球村'], [6, '很多'], [7, '大约八十'], [8, '不清楚吧'], [9, '哪天来着'], [6, '-3'], [7, 'abc'], [2, ''],
  ]
  it('with ten mistakes shows each at its row and column, and comes in once they are mended', async () => {
    const { page } = await signIn(town, 'clerk')
    const village = (await ask<{ items: { level: string; name: string }[] }>(page, '/territories')).items.find((one) => one.level === 'village')?.name ?? ''
    const rows = MISTAKES.map(([at, wrong], n) => good(n + 1).map((cell, i) => (i === at ? wrong : cell)))
    const file = (body: string[][]) => ({
      name: '验收台账.csv', mimeType: 'text/csv',
      buffer: Buffer.from(`\ufeff${HEAD}\r\n${body.map((row) => row.join(',')).join('\r\n').replaceAll('VILLAGE', village)}\r\n`),
    })
    await go(page, '/imports')
    await page.setInputFiles('input[type=file]', file(rows))
    await page.click('button:has-text("试导")')
    await page.waitForSelector('h2:has-text("10 个单元格有问题")', { timeout: 60_000 })
    await page.click('button:has-text("换一个文件")')
    await page.setInputFiles('input[type=file]', file(MISTAKES.map((_, n) => good(n + 1))))
    await page.click('button:has-text("试导")')
    await page.click('button:has-text("写入 10 条")', { timeout: 60_000 })
    await page.waitForSelector('a:has-text("查看台账")', { timeout: 60_000 })
    await go(page, `/places?q=${encodeURIComponent('验收副食店')}`)
    expect((await ask<{ total: number }>(page, `/places?q=${encodeURIComponent('验收副食店')}&limit=20`)).total).toBe(10)
    await page.context().close()
  }, 180_000)
  it('with one row twice asks before it writes, and names the earlier row', async () => {
    const { page } = await signIn(town, 'clerk')
    const village = (await ask<{ items: { level: string; name: string }[] }>(page, '/territories')).items.find((one) => one.level === 'village')?.name ?? ''
    const row = good(99).map((cell, i) => (i === 0 ? '验收重复店' : i === 5 ? '13700000099' : cell)).join(',').replace('VILLAGE', village)
    await go(page, '/imports')
    await page.setInputFiles('input[type=file]', { name: '重复台账.csv', mimeType: 'text/csv', buffer: Buffer.from(`\ufeff${HEAD}\r\n${row}\r\n${row}\r\n`) })
    await page.click('button:has-text("试导")')
    await page.waitForSelector('h2:has-text("1 行疑似已登记或重复，1 行待决定")', { timeout: 60_000 })
    await page.waitForSelector('td:has-text("与表中第 2 行很可能是同一个场所")')
    expect(await page.isDisabled('button:has-text("写入 1 条")')).toBe(true)
    await page.selectOption('select[aria-label="验收重复店 处理"]', { label: '与第 2 行重复，这一行不导入' })
    await page.click('button:has-text("重新试导")')
    await page.click('button:has-text("写入 1 条")', { timeout: 60_000 })
    await page.waitForSelector('a:has-text("查看台账")', { timeout: 60_000 })
    expect((await ask<{ total: number }>(page, `/places?q=${encodeURIComponent('验收重复店')}&limit=20`)).total).toBe(1)
    await page.context().close()
  }, 180_000)
})

describe('a plan', () => {
  it('of the year, made by the village, is approved by the leader, and its tasks are there', async () => {
    const { page } = await signIn(town, 'secretary1')
    await go(page, '/inspection-plans')
    await page.click('button:has-text("新建检查计划")')
    const today = (await ask<{ today: string }>(page, '/me')).today
    await page.fill('.dialog input[type=number]', String(Number(today.slice(0, 4)) + 1))
    await page.click('.dialog footer .btn.pri')
    await page.waitForURL('**/inspection-plans/*')
    await settled(page)
    const path = new URL(page.url()).pathname
    const id = path.split('/').pop() ?? ''
    await page.click('.acts button:has-text("按频次自动排")')
    await page.waitForSelector('.kv b:not(:text-is("0"))', { timeout: 60_000 })
    await page.click('.acts button:has-text("报审")')
    await page.click('.dialog footer .btn.pri')
    await page.waitForSelector('.st:has-text("已报审")')
    const { page: leader } = await signIn(town, 'leader')
    await go(leader, path)
    await leader.click('.acts button:has-text("批准")')
    await leader.click('.dialog footer .btn.pri')
    await leader.waitForSelector('.st:has-text("已批准")', { timeout: 60_000 })
    expect((await ask<TaskPage>(page, `/tasks?plan=${id}&limit=5`)).items.length).toBeGreaterThan(0)
    await page.context().close()
    await leader.context().close()
  }, 180_000)
})

describe('one hazard', () => {
  let place = { id: '', name: '' }
  let duty = ''
  let before: Tally
  let hazard = ''
  let link = ''

  it('an owed check is found on the board', async () => {
    const { page } = await signIn(town, 'clerk')
    const me = await ask<{ hats: { territory: { code: string } }[] }>(await (async () => (await signIn(town, 'staff1')).page)(), '/me')
    const village = me.hats[0]?.territory.code ?? ''
    const clause = await ask<ClauseView>(page, '/board/clauses/C10')
    before = clause.clause.tally
    // The village's own duty: who signs in on the phone is of the village.
    for (const one of clause.duties.filter((d) => d.who.some((who) => who.includes('村')))) {
      const view = await ask<DutyView>(page, `/board/duties/${encodeURIComponent(one.id)}?village=${village}&status=open&limit=100`)
      const owed = view.occurrences.items.find((o) => o.subject.kind === 'place' && o.done + 1 === o.needed)
      if (!owed) continue
      duty = one.id
      place = { id: owed.subject.id, name: owed.subject.name }
      break
    }
    expect(place.id).not.toBe('')
    await page.context().close()
  }, 120_000)

  it('is found on the phone at 390×844, with a photo', async () => {
    await onPhone(town, 'staff1', async (page) => {
      await page.goto(`${town.url}/m/place/${place.id}`)
      await page.click('.box .act:has-text("开始检查")')
      await page.waitForSelector('.it')
      const items = await page.$$eval('.it', (all) => all.map((one) => one.id))
      await page.click(`#${items[0]} .b`)
      await page.setInputFiles(`#${items[0]} input[type=file]`, picture(41))
      await page.waitForSelector(`#${items[0]} figure`)
      for (const item of items.slice(1)) await page.click(`#${item} .g`)
      await handIn(page, '负责人不在场')
      await delivered(page)
    })
  }, 180_000)

  it('arrives graded, is advised on the desk, and the unit gets its link', async () => {
    const { page } = await signIn(town, 'clerk')
    const list = await ask<HazardPage>(page, `/hazards?place=${place.id}&state=graded&limit=20`)
    hazard = list.items.sort((a, b) => b.found_at.localeCompare(a.found_at))[0]?.id ?? ''
    expect(hazard).not.toBe('')
    await go(page, `/hazards/${hazard}`)
    // A level above general is the office's to confirm before anybody is told.
    const confirm = '.acts button:has-text("确认等级")'
    if (await page.$(confirm)) {
      await page.click(confirm)
      await page.click('.dialog footer .btn:last-child')
      await page.waitForSelector('.dialog', { state: 'detached' })
    }
    await page.click('.acts button:has-text("督促整改")')
    await page.fill('.dialog textarea', '责令立即清理')
    await page.click('.dialog footer .btn:last-child')
    await page.waitForSelector('.dialog small:has-text("责令")')
    await page.fill('.dialog textarea', '请清理楼梯间，三天内改好。')
    await page.click('.dialog footer .btn:last-child')
    await page.waitForSelector('.dialog', { state: 'detached' })
    await page.click('.acts button:has-text("整改链接")')
    await page.click('.dialog button:has-text("生成链接")')
    await page.waitForSelector('.dialog img')
    link = await page.inputValue('#unit-link')
    expect(link).toContain('/p/')
    await page.context().close()
  }, 120_000)

  it('is fixed by the unit through the link, without signing in', async () => {
    const data = mkdtempSync(join(tmpdir(), 'fengsui-unit-'))
    const { context, page } = await openPhone(data)
    try {
      await page.goto(town.url + new URL(link).pathname)
      await page.waitForSelector('.top')
      expect(await page.textContent('.msr')).toContain('请清理楼梯间')
      expect(await violations(page)).toEqual([])
      await page.setInputFiles('#f-photos', picture(42))
      await page.waitForSelector('.mine li')
      await page.fill('#f-note', '已清理')
      await page.fill('#f-name', '罗成')
      await page.click('.go')
      await page.waitForSelector('#done', { timeout: 60_000 })
    } finally {
      await context.close()
      rmSync(data, { recursive: true, force: true })
    }
  }, 120_000)

  it('is looked at again by another person and closed', async () => {
    const { page } = await signIn(town, 'head')
    await go(page, `/hazards/${hazard}`)
    await page.click('.acts button:has-text("开始复查")')
    await page.click('.dialog footer .btn:last-child')
    await page.waitForSelector('.dialog', { state: 'detached' })
    await page.click('.acts button:has-text("复查合格")')
    await page.setInputFiles('.dialog input[type=file]', picture(43))
    await page.waitForSelector('.dialog figcaption:has-text("已传")', { timeout: 60_000 })
    await page.click('.dialog footer .btn:last-child')
    await page.waitForSelector('.dialog', { state: 'detached' })
    await page.click('.acts button:has-text("销案")')
    await page.click('.dialog footer .btn:last-child')
    await page.waitForSelector('.dialog', { state: 'detached' })
    const now = await ask<HazardView>(page, `/hazards/${hazard}`)
    expect(now.state).toBe('closed')
    expect(now.pairs.some((pair) => pair.before && pair.after)).toBe(true)
    await page.context().close()
  }, 120_000)

  it('has moved clause 10, and the number opens down to the photo', async () => {
    const { page } = await signIn(town, 'clerk')
    const after = (await ask<ClauseView>(page, '/board/clauses/C10')).clause.tally
    expect(after.open).toBe(before.open - 1)
    expect(after.ahead + after.met + after.late).toBe(before.ahead + before.met + before.late + 1)
    await go(page, `/board?clause=10&duty=${encodeURIComponent(duty)}&status=ahead`)
    const row = page.locator('.oc > li', { hasText: place.name }).first()
    for (let i = 0; i < 20 && !(await row.count()); i += 1) {
      await page.click('.pg .btn:last-child')
      await settled(page)
    }
    await row.locator('button:has-text("看佐证")').click()
    await row.locator('.strip button').first().click({ timeout: 20_000 })
    await page.waitForFunction(() => (document.querySelector<HTMLImageElement>('.lb img')?.naturalWidth ?? 0) > 200)
    await page.keyboard.press('Escape')
    await page.context().close()
  }, 120_000)
})
