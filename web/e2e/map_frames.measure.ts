import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import { expect, it } from 'vitest'
import { signIn } from './desk'
import { openTown, program } from './town'

/** So many places; `scripts/map-frames.sh` says how many. It measures, and asserts only that the map is there. */
const WANTED = Number(process.env['FENGSUI_FRAMES'] ?? 100_000)
const GL = ['--no-sandbox', '--disable-background-networking', '--no-first-run', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist']

/** A cell of a CSV file. */
const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)

/** Rows of a CSV file. */
function rows(text: string): string[][] {
  const found: string[][] = [[]]
  let own = ''
  let quoted = false
  const put = (): void => {
    found[found.length - 1]?.push(own)
    own = ''
  }
  for (let i = 0; i < text.length; i += 1) {
    const c = text[i]
    if (quoted && c === '"' && text[i + 1] === '"') {
      own += c
      i += 1
    } else if (c === '"') quoted = !quoted
    else if (!quoted && c === ',') put()
    else if (!quoted && c === '\n') {
      put()
      found.push([])
    } else if (c !== '\r') own += c
  }
  if (own) put()
  return found.filter((row) => row.length > 1)
}

/** Rows of one file: the program takes no larger ones than 16 MB. */
const PART = 25_000

/** The sample town's own ledger again and again under other names, spread over 20 km. */
function ledgers(folder: string, data: string): string[] {
  const file = join(folder, 'places.csv')
  const told = spawnSync(program, ['export', 'places', file, '--data', data], { encoding: 'utf8' })
  if (told.status !== 0) throw new Error(told.stderr)
  const [head = [], ...known] = rows(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''))
  const column = (name: string): number => head.indexOf(name)
  let seed = 26875
  const dice = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  const blank = ['场所编号', '统一社会信用代码', '所在名录', '关停日期'].map(column)
  const lines = Array.from({ length: WANTED }, (_, n) => {
    const row = [...(known[n % known.length] ?? [])]
    for (const at of blank) row[at] = ''
    row[column('营业状态')] = ''
    row[column('场所名称')] = `量测场所${n}`
    // One number a place, or they would be asked about as one.
    row[column('联系电话')] = `199${String(n).padStart(8, '0')}`
    row[column('详细地址')] = `量测路${n}号`
    row[column('经度')] = (105.77 + dice() * 0.2).toFixed(6)
    row[column('纬度')] = (29.17 + dice() * 0.18).toFixed(6)
    return row.map(cell).join(',')
  })
  return Array.from({ length: Math.ceil(WANTED / PART) }, (_, n) => {
    const part = join(folder, `part${n}.csv`)
    writeFileSync(part, [head.map(cell).join(','), ...lines.slice(n * PART, (n + 1) * PART)].join('\n'))
    return part
  })
}

it('a map of many places is dragged', { timeout: 3_600_000, retry: 0 }, async () => {
  const town = await openTown()
  const own = await chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', args: GL })
  try {
    await town.stop()
    const folder = mkdtempSync(join(tmpdir(), 'frames-'))
    const start = Date.now()
    for (const part of ledgers(folder, town.data)) {
      const told = spawnSync(program, ['import', 'places', part, '--data', town.data], { encoding: 'utf8', maxBuffer: 1 << 28 })
      if (told.status !== 0) throw new Error(told.stdout.slice(-2_000) + told.stderr.slice(-2_000))
    }
    process.stdout.write(`${WANTED} places imported in ${Math.round((Date.now() - start) / 1000)} s\n`)
    await town.start()
    const { page } = await signIn({ ...town, browser: own }, 'clerk')
    await page.goto(`${town.url}/map?layers=places`)
    await page.waitForSelector('[data-map=webgl] canvas')
    await page.waitForSelector('.sb')
    await page.waitForTimeout(5_000)
    const box = await page.locator('[data-map]').boundingBox()
    if (!box) throw new Error('no map')
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
    const lines: string[] = []
    for (let zoom = 0; zoom < 4; zoom += 1) {
      await page.evaluate('window.frames_ = []; (function next(last) { requestAnimationFrame((now) => { if (window.frames_) { if (last) window.frames_.push(now - last); next(now) } }) })(0)')
      for (let round = 0; round < 6; round += 1) {
        await page.mouse.move(x, y)
        await page.mouse.down()
        for (let step = 1; step <= 40; step += 1) {
          const turn = (round * Math.PI) / 3
          await page.mouse.move(x + Math.cos(turn) * step * 6, y + Math.sin(turn) * step * 4)
          await page.waitForTimeout(12)
        }
        await page.mouse.up()
      }
      const took = ((await page.evaluate('(() => { const all = window.frames_; window.frames_ = null; return all })()')) as number[]).sort((a, b) => a - b)
      const at = (share: number): string => (took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0).toFixed(1)
      const slow = took.filter((ms) => ms > 50).length
      const scale = await page.locator('.sb').innerText()
      lines.push(`scale ${scale}: ${took.length} frames, median ${at(0.5)} ms, 95% ${at(0.95)} ms, 99% ${at(0.99)} ms, over 50 ms ${((slow / took.length) * 100).toFixed(1)}%`)
      await page.click('.ctl button:nth-child(1)')
      await page.waitForTimeout(3_000)
    }
    process.stdout.write(`${lines.join('\n')}\n`)
    expect(lines).toHaveLength(4)
  } finally {
    await own.close()
    await town.end()
  }
})
