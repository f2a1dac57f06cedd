// The phone on a bad road: the built entry in a real browser, a small server whose connections break. What the program
// itself answers is tested in phone.e2e.ts.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PhoneHttp } from '../tests/phone-http'
import { delivered, handIn, kill, openPhone, picture, savedDraft, signIn, state } from './phone'

let town: PhoneHttp
let data: string
let context: BrowserContext
let page: Page

async function open(): Promise<void> {
  ;({ context, page } = await openPhone(data))
}
beforeEach(async () => {
  town = new PhoneHttp()
  await town.start()
  data = mkdtempSync(join(tmpdir(), 'fengsui-phone-'))
  await open()
  await page.goto(`${town.url}/m/`)
  await signIn(page, 'wu', 'right-password')
})
afterEach(async () => {
  await context.close().catch(() => undefined)
  await town.stop()
  rmSync(data, { recursive: true, force: true })
})

/** Starts at a place and answers: the first item fails with a photo, the rest passes. */
async function fill(place: number): Promise<void> {
  await page.goto(`${town.url}/m/place/${town.api.places[place]!['id']}`)
  await page.click('.box .act:has-text("开始检查")')
  await page.waitForSelector('#i-B01')
  await page.click('#i-B01 .b')
  await page.setInputFiles('#i-B01 input[type=file]', picture(place))
  await page.waitForSelector('#i-B01 figure')
  await page.click('#i-B02 .g')
}
async function finish(): Promise<void> {
  await page.click('#i-N01 .g')
  await handIn(page, '负责人不在场')
}

describe('without a network', () => {
  it('three inspections with photos, the browser killed in between, arrive once each with their receipt', async () => {
    await town.stop()
    await fill(0)
    await finish()
    await fill(1)
    await savedDraft(page, 'B02')
    await kill(context)
    await open()
    await page.goto(`${town.url}/m/`)
    // Switched off so hard it may not know any more that there was no network: the line that says so comes in above.
    await page.waitForSelector('.net .ln')
    await page.click('a[href*="/m/check/"]')
    // Where a fault was found it stays open: who comes back may not be done with it.
    await page.waitForSelector('#i-B01 figure')
    expect(await page.getAttribute('#i-B02 .g', 'aria-checked')).toBe('true')
    await finish()
    await fill(2)
    await finish()
    await kill(context)
    await open()
    await page.goto(`${town.url}/m/outbox`)
    await page.waitForSelector('[data-state=waiting]')
    const before = await state(page)
    expect(before.filter((e) => e.kind === 'inspection').map((e) => e.state)).toEqual(['waiting', 'waiting', 'waiting'])
    await town.start()
    await page.click('.sync .act')
    await delivered(page)
    const after = await state(page)
    for (const entry of after.filter((e) => e.kind === 'inspection')) {
      expect(town.api.inspections.has(entry.id)).toBe(true)
      expect(entry.photos.map((p) => p.state)).toEqual(['confirmed'])
      expect(entry.photos.every((p) => town.api.uploads.get(p.id)?.sha256 === p.sha256)).toBe(true)
    }
    expect([town.api.inspections.size, town.api.posts]).toEqual([3, 3])
    expect(town.api.uploads.size).toBe(3)
    // Two of the three tasks were not taken on yet: that was told first.
    expect(town.api.acts.map((a) => a['what'])).toEqual(['accept', 'accept'])
  })

  it('what is seen stays where it is while the rest is read: nothing slides under a finger', async () => {
    await page.addInitScript(() => {
      const seen: number[] = []
      Object.assign(window, { slid: seen })
      new PerformanceObserver((list) => seen.push(...list.getEntries().map((one) => (one as unknown as { value: number }).value))).observe({ type: 'layout-shift', buffered: true })
    })
    await town.stop()
    await fill(0)
    await finish()
    await fill(1)
    await savedDraft(page, 'B02')
    await page.click('#i-N01 .g')
    await savedDraft(page, 'N01')
    const check = page.url().slice(town.url.length)
    await page.goto(`${town.url}/m/`)
    await page.waitForSelector('.net .ln')
    const slid: [string, number][] = []
    for (const path of ['/m/', `/m/place/${town.api.places[1]!['id']}`, check, `${check}/finish`, '/m/hazards', `/m/recheck/${town.api.rechecks[0]!['id']}`, '/m/report', '/m/told', '/m/errands', '/m/outbox', '/m/mine']) {
      await page.goto(town.url + path)
      await page.waitForSelector('main')
      await page.waitForTimeout(1_000)
      // A word that grows into its line is no slide: a card pushed down by another is ten times as much.
      const whole = await page.evaluate(() => (window as unknown as { slid: number[] }).slid.reduce((sum, one) => sum + one, 0))
      if (whole > 0.05) slid.push([path, whole])
    }
    expect(slid).toEqual([])
  })

  it('killed the second it was signed in, it knows again who uses it', async () => {
    await kill(context)
    await town.stop()
    await open()
    await page.goto(`${town.url}/m/`)
    await page.waitForSelector('.card2:has-text("罗记农资门市")')
  })

  it('every connection breaks once, and each photo is there once and whole', async () => {
    const heard = new Set<string>()
    town.api.road = (asked) => {
      if (asked.method === 'GET' && !asked.path.includes('receipt')) return null
      const key = `${asked.method} ${asked.path} ${asked.headers['upload-offset']}`
      if (heard.has(key)) return null
      heard.add(key)
      return heard.size % 2 ? 'drop' : 'drop after'
    }
    await fill(3)
    await page.setInputFiles('#i-B01 input[type=file]', picture(9))
    await page.waitForSelector('#i-B01 figure >> nth=1')
    await page.click('#i-N01 .g')
    await page.click('.foot .act:has-text("完成检查")')
    await page.fill('#f-name', '罗成')
    await page.locator('.signpad canvas').scrollIntoViewIfNeeded()
    const pad = (await page.locator('.signpad canvas').boundingBox())!
    await page.mouse.move(pad.x + 40, pad.y + 60)
    await page.mouse.down()
    await page.mouse.move(pad.x + 160, pad.y + 90, { steps: 6 })
    await page.mouse.up()
    await page.waitForSelector('.signpad .link')
    await page.click('.foot.fin .act')
    await page.waitForSelector('[data-entry]')
    for (let i = 0; i < 60 && !(await page.locator('[data-entry]').count().then(async (n) => n > 0 && (await page.locator('[data-state=delivered]').count()) === n)); i++) {
      await page.click('.sync .act', { timeout: 1000 }).catch(() => undefined)
      await page.waitForTimeout(150)
    }
    expect(town.api.inspections.size).toBe(1)
    expect([...town.api.uploads.values()].map((u) => u.complete)).toEqual([true, true, true])
    const [record] = [...town.api.inspections.values()]
    expect(record!['companion']).toMatchObject({ kind: 'signed', name: '罗成' })
    expect(town.api.uploads.get(record!['companion'].signature)!.complete).toBe(true)
  })
})

describe('with the server there', () => {
  it('an ended session keeps everything in the phone and goes on after signing in', async () => {
    town.api.signedIn = false
    await fill(0)
    await finish()
    await page.waitForSelector('.net a:has-text("登录已过期")')
    expect((await state(page)).find((e) => e.kind === 'inspection')!.state).toBe('waiting')
    await page.click('.net a:has-text("登录已过期")')
    await page.fill('#l-pass', 'right-password')
    await page.click('button.go')
    await page.waitForSelector('.tabs')
    await page.click('.tabs a[href="/m/outbox"]')
    await delivered(page)
    expect(town.api.inspections.size).toBe(1)
  })

  it('what the server refuses comes back with its sentence, is mended and sent', async () => {
    const sentence = '检查项 N01 尚未填写；请填写结果，未查的请写明原因'
    town.api.refuses = { status: 422, body: { code: 'validation', detail: sentence, fields: [{ field: 'N01', code: 'inspection.unanswered', message: sentence }] } }
    await fill(3)
    await finish()
    await page.waitForSelector(`[data-state=refused] .note.red:has-text("${sentence}")`)
    town.api.refuses = null
    await page.click('[data-state=refused] .act:has-text("去修改")')
    await page.waitForSelector('.chk .note.red')
    await page.waitForSelector(`#i-N01 .say.bad:has-text("${sentence}")`)
    await page.click('.foot .act:has-text("完成检查")')
    await page.click('.foot.fin .act')
    await page.waitForSelector('[data-state=delivered]:has-text("检查记录")')
  })

  it('a newer version says so and comes when asked', async () => {
    town.edition = '// newer'
    await page.evaluate(async () => { await (await navigator.serviceWorker.getRegistration())!.update() })
    await page.click('.net .new')
    await page.waitForFunction(() => !document.querySelector('.net .new'))
    await page.waitForSelector('.card2')
  })

  it('a quick check is eight taps and one more, and counts for the task that is open there', async () => {
    await page.goto(`${town.url}/m/place/${town.api.places[0]!['id']}`)
    await page.click('text=一分钟快查')
    await page.waitForSelector('.sheet:has-text("没做完的任务")')
    await page.click('text=算作完成任务')
    for (let i = 1; i <= 8; i++) await page.click(`#i-Q${i} .g`)
    await page.click('.foot .act:has-text("完成检查")')
    await page.click('.foot.fin .act')
    await page.waitForSelector('[data-state=delivered]:has-text("检查记录")')
    expect([...town.api.inspections.values()][0]).toMatchObject({ task: town.api.tasks.find((one) => (one['place'] as { id: string }).id === town.api.places[0]!['id'])!['id'], companion: { kind: 'not_signed' }, pins: [{ code: 'Q' }] })
  })

  it('signing out waits until everything is delivered', async () => {
    town.api.road = (asked) => (asked.path.endsWith('/inspections') ? 'drop' : null)
    await fill(3)
    await finish()
    await page.click('.tabs a[href="/m/mine"]')
    await page.click('text=退出登录')
    await page.waitForSelector('.van-dialog:has-text("还不能退出")')
    await page.click('.van-dialog__cancel')
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('text=导出到文件')])
    const zip = readFileSync((await file.path())!)
    expect(zip.includes('records.json')).toBe(true)
    expect(zip.includes('.jpg')).toBe(true)
    town.api.road = () => null
    await page.click('.tabs a[href="/m/outbox"]')
    await page.click('.sync .act')
    await page.waitForSelector('text=都送达了')
    await page.click('.tabs a[href="/m/mine"]')
    await page.click('text=退出登录')
    await page.click('.van-dialog__confirm')
    await page.waitForSelector('#l-name')
    expect(await page.evaluate(async () => (await indexedDB.databases()).map((d) => d.name))).toEqual(['fengsui.who'])
  })

  it('a hazard in three taps, a re-check and a visit in vain, all without a network', async () => {
    await town.stop()
    await page.goto(`${town.url}/m/report`)
    await page.setInputFiles('input[type=file]', picture(1))
    await page.click('.chips button:has-text("电动自行车")')
    await page.waitForSelector('.shots figure')
    // Left half done, found as it was.
    await page.click('.pbar button')
    await page.waitForSelector('.tabs')
    await page.goto(`${town.url}/m/report`)
    await page.waitForSelector('.shots figure')
    expect(await page.getAttribute('.chips button:has-text("电动自行车")', 'aria-checked')).toBe('true')
    await page.click('.card2:has-text("唐家茶馆")')
    await page.click('.foot .act')
    await page.waitForSelector('[data-entry]')
    await page.click('.tabs a[href="/m/hazards"]')
    await page.click('.card2[href*="/recheck/"]')
    await page.setInputFiles('input[type=file]', picture(2))
    await page.click('text=已改好')
    await page.click('.chips button:has-text("王敏")')
    await page.waitForSelector('.shots figure')
    await page.click('.foot .act')
    await page.waitForSelector('[data-entry] >> nth=1')
    await page.goto(`${town.url}/m/place/${town.api.places[2]!['id']}`)
    await page.click('text=去了，没查成')
    await page.click('.sheet .chips button:has-text("锁门")')
    await page.click('.sheet .act.pri')
    await page.waitForSelector('.card2:has-text("已做完，待送达")')
    await town.start()
    // The phone tries again by itself, too: by the time of the tap all may be on its way, or there.
    await page.click('.sync button:enabled', { timeout: 3_000 }).catch(() => undefined)
    await page.click('.tabs a[href="/m/outbox"]')
    await page.waitForSelector('text=都送达了')
    expect(town.api.hazards.size).toBe(1)
    expect(town.api.steps[0]).toMatchObject({ step: 'pass_recheck', with: ['01900000-0000-7000-8000-000000000002'] })
    expect(town.api.acts[0]).toMatchObject({ what: 'unable', reason: 'locked' })
    expect([...town.api.uploads.values()].every((u) => u.complete)).toBe(true)
  })
})

describe('for eyes and fingers', () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  it.each([['light', 'normal', 'zh-CN'], ['night', 'large', 'zh-CN'], ['light', 'large', 'en']])('%s, %s, %s: contrast, names, one column, targets of 44 px', async (theme, size, locale) => {
    await page.evaluate(([t, s, l]) => {
      localStorage.setItem('fengsui.theme', t!)
      localStorage.setItem('fengsui.size', s!)
      localStorage.setItem('fengsui.locale', l!)
    }, [theme, size, locale])
    await fillAny()
    const check = page.url().slice(town.url.length)
    const faults: string[] = []
    for (const path of ['/m/', `/m/place/${town.api.places[0]!['id']}`, check, `${check}/finish`, '/m/hazards', `/m/recheck/${town.api.rechecks[0]!['id']}`, '/m/report', '/m/scan', '/m/outbox', '/m/mine', '/m/login']) {
      await page.goto(town.url + path)
      await page.waitForSelector('h1')
      // What still fades in is pale for a moment, and longer on a busy machine.
      await page.waitForFunction(() => document.getAnimations().every((one) => one.playState !== 'running' || one.effect?.getComputedTiming().iterations === Infinity))
      await page.waitForTimeout(300)
      // By CDP, for the page's own rules let no foreign script in.
      const cdp = await context.newCDPSession(page)
      await cdp.send('Runtime.evaluate', { expression: axe })
      const found = await page.evaluate(async () => {
        const run = (globalThis as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe
        const { violations } = await run.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] })
        const small = [...document.querySelectorAll('button,a,input:not(.sr),label.cam')].filter((e) => {
          const box = e.getBoundingClientRect()
          return box.width > 0 && (box.height < 43.5 || box.width < 43.5)
        }).map((e) => `small: ${e.outerHTML.slice(0, 120)}`)
        const wide = document.documentElement.scrollWidth > innerWidth || [...document.querySelectorAll('.scr')].some((e) => e.scrollWidth > e.clientWidth + 1) ? ['wide'] : []
        return [...violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html.slice(0, 120)).join(' | ')}`), ...small, ...wide]
      })
      faults.push(...found.map((one) => `${path}: ${one}`))
      await cdp.detach()
    }
    expect(faults).toEqual([])
  })

  async function fillAny(): Promise<void> {
    await page.goto(`${town.url}/m/place/${town.api.places[0]!['id']}`)
    await page.click('.box .act.pri')
    await page.waitForSelector('#i-B01')
    await page.click('#i-B01 .b')
    await page.setInputFiles('#i-B01 input[type=file]', picture(5))
    await page.waitForSelector('#i-B01 figure')
    await page.click('#i-B02 .a')
    await page.click('#i-N01 .u')
    await page.click('#i-N01 .chips button')
  }
})
