// The unit owner's page on a bad road: the built entry in a real browser, a small server whose connections break. What
// the program itself answers is tested in story.e2e.ts.

import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { kill, openPhone, picture } from './phone'

const DIST = join(__dirname, '../dist')
const PART = 256 * 1024

interface Upload { bytes: Buffer; length: number; sha256: string }

class UnitServer {
  readonly uploads = new Map<string, Upload>()
  readonly fixes = new Map<string, { name: string; note: string; photos: string[] }>()
  posts = 0
  largest = 0
  gone = false
  road: (method: string, path: string, offset: string) => 'drop' | 'drop after' | null = () => null
  port = 0
  private server: Server | null = null
  get url(): string { return `http://127.0.0.1:${this.port}` }

  view(): Record<string, unknown> {
    const fixed = this.fixes.size > 0
    return {
      town_name: '青峰镇', place_name: '罗记农资门市', hazard_code: 'YH-2026-0149', description: '楼梯间停放电动自行车并充电', level_label: '较大', state: fixed ? 'fix_submitted' : 'rectifying',
      state_label: fixed ? '待复查' : '整改中', measure: 'advice', measure_label: '督促整改', measure_text: '请把电动自行车移到室外。', deadline_on: '2026-11-28', days_left: 3, overdue: false, can_fix: !fixed, can_ask_extension: !fixed, extension_cap: 15,
      extension_state: 'none', before: [], fixes: [], progress: [{ label: '发现', at: '2026-11-18T10:12:00+08:00', done: true }, { label: '整改', at: null, done: fixed }], contact: { org: '应急办', name: '陈晓岚', office_phone: '023-00000000' },
    }
  }

  private answer(method: string, path: string, headers: IncomingMessage['headers'], body: Buffer): [number, unknown] {
    if (this.gone) return [403, { code: 'unit_link.expired', detail: '这个链接已过期，请联系发出通知的单位重新发一个' }]
    const photo = /\/photos\/([0-9a-f-]{36})/.exec(path)?.[1]
    if (method === 'PUT' && photo) {
      this.largest = Math.max(this.largest, body.length)
      const offset = Number(headers['upload-offset'])
      const upload = this.uploads.get(photo) ?? { bytes: Buffer.alloc(0), length: Number(headers['upload-length']), sha256: String(headers['upload-sha256']) }
      if (offset !== upload.bytes.length) return [409, { code: 'photo.offset', detail: '', received: upload.bytes.length }]
      upload.bytes = Buffer.concat([upload.bytes, body])
      this.uploads.set(photo, upload)
      return [200, { received: upload.bytes.length, complete: upload.bytes.length === upload.length, sha256: null }]
    }
    if (method === 'POST' && path.endsWith('/fix')) {
      this.posts += 1
      this.fixes.set(String(headers['idempotency-key']), JSON.parse(body.toString()) as never)
      return [200, this.view()]
    }
    return [200, this.view()]
  }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const path = request.url ?? '/'
        const method = request.method ?? 'GET'
        if (!path.startsWith('/api/')) return this.file(path.split('?')[0] ?? '/', response)
        const way = this.road(method, path.split('?')[0] ?? '', String(request.headers['upload-offset'] ?? ''))
        if (way === 'drop') return void request.socket.destroy()
        const [status, body] = this.answer(method, path.split('?')[0] ?? '', request.headers, Buffer.concat(parts))
        if (way === 'drop after') return void request.socket.destroy()
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
    })
    await new Promise<void>((done) => server.listen(this.port, '127.0.0.1', done))
    const at = server.address()
    this.port = typeof at === 'object' && at ? at.port : 0
    this.server = server
  }
  async stop(): Promise<void> {
    const server = this.server
    this.server = null
    server?.closeAllConnections()
    if (server) await new Promise((done) => server.close(done))
  }
  private file(path: string, response: ServerResponse): void {
    const wanted = join(DIST, path)
    const found = existsSync(wanted) && statSync(wanted).isFile() ? wanted : join(DIST, 'p/index.html')
    const type = found.endsWith('.js') ? 'text/javascript' : found.endsWith('.css') ? 'text/css' : found.endsWith('.svg') ? 'image/svg+xml' : 'text/html; charset=utf-8'
    response.writeHead(200, { 'content-type': type, 'content-security-policy': "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'" })
    response.end(readFileSync(found))
  }
}

let server: UnitServer
let data: string
let context: BrowserContext
let page: Page
async function open(): Promise<void> {
  ;({ context, page } = await openPhone(data))
}
beforeEach(async () => {
  server = new UnitServer()
  await server.start()
  data = mkdtempSync(join(tmpdir(), 'fengsui-unit-'))
  await open()
})
afterEach(async () => {
  await context.close().catch(() => undefined)
  await server.stop()
  rmSync(data, { recursive: true, force: true })
})

/** A picture with so much noise that it needs several parts even after it was made smaller. */
async function noisy(n: number): Promise<{ name: string; mimeType: string; buffer: Buffer }> {
  const bytes = await page.evaluate((seed) => {
    const canvas = document.createElement('canvas')
    canvas.width = 1800
    canvas.height = 1400
    const paper = canvas.getContext('2d')!
    const image = paper.createImageData(1800, 1400)
    let x = seed * 7919 + 1
    for (let i = 0; i < image.data.length; i += 1) {
      x = (x * 1103515245 + 12345) & 0x7fffffff
      image.data[i] = i % 4 === 3 ? 255 : x & 255
    }
    paper.putImageData(image, 0, 0)
    return canvas.toDataURL('image/jpeg', 0.9)
  }, n)
  return { name: `${n}.jpg`, mimeType: 'image/jpeg', buffer: Buffer.from(bytes.split(',')[1] ?? '', 'base64') }
}
async function fill(): Promise<void> {
  await page.goto(`${server.url}/p/ABCD2345`)
  await page.waitForSelector('.top')
  await page.setInputFiles('#f-photos', await noisy(1))
  await page.setInputFiles('.less input', [picture(2)])
  await page.waitForSelector('.mine li >> nth=1')
  await page.fill('#f-note', '电动车已移到室外')
  await page.fill('#f-name', '罗成')
}
function whole(): void {
  for (const upload of server.uploads.values()) {
    expect(upload.bytes.length).toBe(upload.length)
    expect(createHash('sha256').update(upload.bytes).digest('hex')).toBe(upload.sha256)
  }
}

it('every connection breaks once: one fix, every photo once and whole, no part too large', async () => {
  const heard = new Set<string>()
  server.road = (method, path, offset) => {
    const key = `${method} ${path} ${offset}`
    if (method === 'GET' || heard.has(key)) return null
    heard.add(key)
    return heard.size % 2 ? 'drop' : 'drop after'
  }
  await fill()
  await page.click('.go')
  await page.waitForSelector('#done', { timeout: 90_000 })
  expect(server.fixes.size).toBe(1)
  expect([...server.fixes.values()][0]?.photos.length).toBe(2)
  expect(server.uploads.size).toBe(2)
  expect(Math.max(...[...server.uploads.values()].map((one) => one.length))).toBeGreaterThan(PART)
  expect(server.largest).toBeLessThanOrEqual(PART)
  whole()
})

it('the line goes, the browser dies, both come back: it goes on by itself and arrives once', async () => {
  let parts = 0
  server.road = (method) => (method === 'PUT' && ++parts > 1 ? 'drop' : null)
  await fill()
  await page.click('.go')
  await page.waitForSelector('.warn')
  await kill(context)
  server.road = () => null
  await open()
  await page.goto(`${server.url}/p/ABCD2345`)
  await page.waitForSelector('#done', { timeout: 60_000 })
  expect([server.fixes.size, server.posts, server.uploads.size]).toEqual([1, 1, 2])
  expect([...server.fixes.values()][0]).toMatchObject({ name: '罗成', note: '电动车已移到室外' })
  whole()
  // Nothing is left in the phone that could be sent again.
  await page.reload()
  await page.waitForSelector('.top')
  await page.waitForTimeout(500)
  expect(server.posts).toBe(1)
})

it('an expired link says so in one sentence', async () => {
  server.gone = true
  await page.goto(`${server.url}/p/ABCD2345`)
  await page.waitForSelector('[role=alert]:has-text("已过期")')
})

it('can be used by everybody: no finding of axe, also in large letters', async () => {
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  await fill()
  await page.click('.ext summary')
  for (const size of ['normal', 'large']) {
    if (size === 'large') await page.click('button[aria-pressed]')
    await page.evaluate(axe)
    const found = await page.evaluate(() => (window as unknown as { axe: { run: (d: Document, o: unknown) => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } }).axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] }))
    expect(found.violations.map((one) => `${one.id} ${one.nodes[0]?.html}`), size).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  }
})
