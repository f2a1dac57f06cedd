// Steps on the phone that its stories share.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { PASSWORD } from './desk'
import type { Town } from './town'

/** A browser whose storage stays in the folder, as a phone's does. */
export async function openPhone(folder: string): Promise<{ context: BrowserContext; page: Page }> {
  const context = await chromium.launchPersistentContext(folder, {
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    // A microphone that beeps, for what is spoken.
    args: ['--no-sandbox', '--disable-background-networking', '--no-first-run', '--disable-component-update', '--disable-sync', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
    viewport: { width: 390, height: 844 }, hasTouch: true, locale: 'zh-CN', acceptDownloads: true,
    geolocation: { longitude: 107.0505, latitude: 28.9512, accuracy: 8 }, permissions: ['geolocation'],
  })
  const page = context.pages()[0] ?? (await context.newPage())
  page.setDefaultTimeout(20_000)
  return { context, page }
}

/** The browser dies as by `kill -9`. */
export async function kill(context: BrowserContext): Promise<void> {
  const page = context.pages()[0]!
  const gone = new Promise((done) => context.once('close', done))
  const cdp = await context.newCDPSession(page)
  void cdp.send('Browser.crash').catch(() => undefined)
  await gone
}

/** Signs in and waits until everything lies in the phone and the service worker holds the pages. */
export async function signIn(page: Page, login: string, password: string): Promise<void> {
  await page.waitForSelector('#l-name')
  await page.fill('#l-name', login)
  await page.fill('#l-pass', password)
  await page.click('button.go')
  await page.waitForSelector('.tabs')
  await page.waitForSelector('.kept')
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready
    if (!navigator.serviceWorker.controller) await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }))
  })
}

/** What somebody does on a phone of his own, signed in; nothing of it is left behind, whatever comes of it. */
export async function onPhone(town: Town, login: string, act: (page: Page) => Promise<void>): Promise<void> {
  const data = mkdtempSync(join(tmpdir(), 'fengsui-phone-'))
  const { context, page } = await openPhone(data)
  try {
    await page.goto(`${town.url}/m/`)
    await signIn(page, login, PASSWORD)
    await act(page)
  } finally {
    await context.close()
    rmSync(data, { recursive: true, force: true })
  }
}

/** The network is back: what waits in the outbox goes out. */
export async function sendWhatWaits(town: Town, page: Page): Promise<void> {
  await town.start()
  await page.click('.sync .act')
  await delivered(page)
}

/** From the filled-in list to the outbox, unsigned for a reason. */
export async function handIn(page: Page, reason: string): Promise<void> {
  await page.click('.foot .act:has-text("完成检查")')
  await page.click('text=没有签字')
  await page.click(`.chips button:has-text("${reason}")`)
  await page.click('.foot.fin .act')
  await page.waitForSelector('[data-entry]')
}

/** Waits on the outbox until everything in it arrived: whoever takes a task and hands in its record sends two things. */
export async function delivered(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelectorAll('[data-entry]').length > 0 && !document.querySelector('[data-entry]:not([data-state=delivered])'), undefined, { timeout: 60_000 })
}

/** Waits until a tap is in the database: some milliseconds after the finger. */
export async function savedDraft(page: Page, item: string): Promise<void> {
  await page.waitForFunction(async (code) => {
    const [known] = (await indexedDB.databases()).filter((d) => d.name?.startsWith('fengsui-'))
    const db = await new Promise<IDBDatabase>((done) => { const asked = indexedDB.open(known!.name!); asked.onsuccess = () => done(asked.result) })
    const drafts = await new Promise<{ answers: Record<string, unknown> }[]>((done) => { const asked = db.transaction('drafts').objectStore('drafts').getAll(); asked.onsuccess = () => done(asked.result) })
    db.close()
    return drafts.some((draft) => draft.answers[code])
  }, item)
}

/** Waits until a form on the phone is kept with these words in it: some milliseconds after the last letter. */
export async function savedForm(page: Page, key: string, words: string): Promise<void> {
  await page.waitForFunction(async ([key, words]) => {
    const [known] = (await indexedDB.databases()).filter((d) => d.name?.startsWith('fengsui-'))
    const db = await new Promise<IDBDatabase>((done) => { const asked = indexedDB.open(known!.name!); asked.onsuccess = () => done(asked.result) })
    const form = await new Promise<unknown>((done) => { const asked = db.transaction('kept').objectStore('kept').get(key!); asked.onsuccess = () => done(asked.result) })
    db.close()
    return JSON.stringify(form ?? null).includes(words!)
  }, [key, words])
}

export interface Kept { id: string; kind: string; state: string; photos: { id: string; state: string; sha256: string }[] }

/** What the phone's own database says. */
export async function state(page: Page): Promise<Kept[]> {
  return page.evaluate(async () => {
    const [known] = (await indexedDB.databases()).filter((d) => d.name?.startsWith('fengsui-'))
    const db = await new Promise<IDBDatabase>((done, failed) => {
      const asked = indexedDB.open(known!.name!)
      asked.onsuccess = () => done(asked.result)
      asked.onerror = () => failed(asked.error)
    })
    const all = <T>(store: string) => new Promise<T[]>((done) => {
      const asked = db.transaction(store).objectStore(store).getAll()
      asked.onsuccess = () => done(asked.result as T[])
    })
    const photos = await all<{ id: string; owner: string; state: string; sha256: string }>('photos')
    const entries = await all<{ id: string; kind: string; state: string }>('outbox')
    db.close()
    return entries.map(({ id, kind, state }) => ({ id, kind, state, photos: photos.filter((p) => p.owner === id).map((p) => ({ id: p.id, state: p.state, sha256: p.sha256 })) }))
  })
}

/** A picture of noise in the camera's size, so that it has to go in several parts; each number its own. */
export function picture(n: number, width = 1800, height = 1400): { name: string; mimeType: string; buffer: Buffer } {
  let seed = n + 1
  const next = (): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) >>> 24
  const rows = Buffer.alloc((width * 3 + 1) * height)
  for (let y = 0, at = 0; y < height; y++) {
    rows[at++] = 0
    for (let x = 0; x < width; x += 4) {
      const [r, g, b] = [next(), next(), next()]
      for (let k = 0; k < 4 && x + k < width; k++) { rows[at++] = r; rows[at++] = g; rows[at++] = b }
    }
  }
  const chunk = (kind: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(kind), data])
    const out = Buffer.alloc(body.length + 8)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc(body), body.length + 4)
    return out
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 2, 0, 0, 0], 8)
  return {
    name: `IMG_${n}.png`, mimeType: 'image/png',
    buffer: Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level: 1 })), chunk('IEND', Buffer.alloc(0))]),
  }
}

function crc(bytes: Buffer): number {
  let c = 0xffffffff
  for (const byte of bytes) {
    c ^= byte
    for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
  }
  return (c ^ 0xffffffff) >>> 0
}
