// What a night needs: a browser that is told while its page is closed, by a push service of our own that opens what it gets; an
// invented event with a road closed; what a drone saw, made a hazard.

import { createDecipheriv, createECDH, createHmac, randomBytes, type ECDH } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { Items, PushSettings, RoadPage, SortieView } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { ask, signIn } from './desk'
import { openTown, type Town } from './town'

let town: Town
let service: Server
let desk: Page
let errors: string[]
const got: { headers: Record<string, unknown>; body: Buffer }[] = []
const browser: ECDH = createECDH('prime256v1')
const auth = randomBytes(16)

anewWhenToldAgain(async () => {
  service = createServer((request, response) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      got.push({ headers: request.headers, body: Buffer.concat(parts) })
      response.writeHead(201).end()
    })
  }).listen(0, '127.0.0.1')
  await new Promise((done) => service.once('listening', done))
  const port = (service.address() as AddressInfo).port
  browser.generateKeys()
  town = await openTown(undefined, `[push]\nservices = ["http://localhost:${port}"]\ncontact = "mailto:office@qingfeng.example"\n`)
  ;({ page: desk, errors } = await signIn(town, 'clerk'))
  await desk.context().grantPermissions(['notifications'], { origin: town.url })
  // A push service of the browser's maker cannot be reached from here: ours takes its place, with keys of our own.
  await desk.addInitScript(
    ([endpoint, p256dh, secret]) => {
      const own = { endpoint, options: { applicationServerKey: null }, toJSON: () => ({ endpoint, keys: { p256dh, auth: secret } }), unsubscribe: async () => (sessionStorage.removeItem('push'), true) }
      PushManager.prototype.subscribe = async () => (sessionStorage.setItem('push', '1'), own as unknown as PushSubscription)
      PushManager.prototype.getSubscription = async () => (sessionStorage.getItem('push') ? (own as unknown as PushSubscription) : null)
    },
    [`http://localhost:${port}/send/1`, browser.getPublicKey().toString('base64url'), auth.toString('base64url')] as const,
  )
}, async () => {
  await town?.end()
  service?.close()
})

/** Opens a message as RFC 8291 says. */
function opened(body: Buffer): { text: string; page: string; tag: string } {
  const keyed = (key: Buffer, ...parts: (Buffer | string)[]): Buffer => createHmac('sha256', key).update(Buffer.concat(parts.map((one) => Buffer.from(one)))).digest()
  const [salt, theirs, sealed] = [body.subarray(0, 16), body.subarray(21, 86), body.subarray(86)]
  const one = Buffer.from([1])
  const input = keyed(keyed(auth, browser.computeSecret(theirs)), 'WebPush: info\0', browser.getPublicKey(), theirs, one)
  const secret = keyed(salt, input)
  const key = keyed(secret, 'Content-Encoding: aes128gcm\0', one).subarray(0, 16)
  const cipher = createDecipheriv('aes-128-gcm', key, keyed(secret, 'Content-Encoding: nonce\0', one).subarray(0, 12))
  cipher.setAuthTag(sealed.subarray(-16))
  const plain = Buffer.concat([cipher.update(sealed.subarray(0, -16)), cipher.final()])
  return JSON.parse(plain.subarray(0, -1).toString()) as { text: string; page: string; tag: string }
}

it('a browser takes pushes when its person turns them on, and shows that there is something and nothing else', async () => {
  await desk.goto(`${town.url}/messages/reach`)
  await desk.waitForSelector('text=在这个浏览器开启')
  expect(await desk.evaluate(() => navigator.serviceWorker.getRegistration('/').then((one) => one?.active?.scriptURL ?? ''))).toBe('')
  await desk.click('text=在这个浏览器开启')
  await desk.waitForSelector('text=本浏览器')
  // First of all ways from now on.
  await desk.waitForSelector('.ways li:nth-child(2):has-text("浏览器推送")')
  await desk.click('.ways li:nth-child(2) button[aria-label="上移"]')
  await desk.click('button:has-text("保存")')
  await desk.waitForSelector('text=已保存')
  await ask(desk, '/duty/watch', {})
  const { page: head } = await signIn(town, 'head')
  const village = (await ask<{ villages: { id: string }[] }>(head, '/incidents/options')).villages[0]?.id
  await ask(head, '/incidents', { village, address: '老街 99 号', text: '周家冒烟', called_by: '周某', phone: '13800001234' })
  await expect.poll(() => got.length, { timeout: 20_000 }).toBe(1)
  const said = opened(got[0]!.body)
  expect(said.text).toBe('有新的警情，请打开烽燧')
  expect(JSON.stringify(said)).not.toMatch(/老街|周|1380/)
  expect(got[0]!.headers['content-encoding']).toBe('aes128gcm')

  // What the browser does with it: the service worker is the one that is shipped.
  const cdp = await desk.context().newCDPSession(desk)
  await cdp.send('ServiceWorker.enable')
  const registration = await new Promise<string>((done) => {
    cdp.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const own = registrations.find((one: { scopeURL: string; isDeleted: boolean }) => one.scopeURL === `${town.url}/` && !one.isDeleted)
      if (own) done(own.registrationId)
    })
    void desk.evaluate(() => navigator.serviceWorker.register('/push.js', { scope: '/' }))
  })
  // A worker that is not awake yet takes nothing.
  await desk.evaluate(async () => void (await navigator.serviceWorker.ready))
  await cdp.send('ServiceWorker.deliverPushMessage', { origin: town.url, registrationId: registration, data: JSON.stringify(said) })
  const shown = (): Promise<string[]> => desk.evaluate(async () => (await (await navigator.serviceWorker.ready).getNotifications()).map((one) => `${one.title} ${one.body} ${(one.data as { page: string }).page}`))
  await expect.poll(shown, { timeout: 10_000 }).toEqual(['烽燧 有新的警情，请打开烽燧 /duty'])

  await desk.click('section:has-text("浏览器推送") .own button:has-text("关闭")')
  await desk.waitForSelector('text=还没有开启推送的浏览器')
  expect((await ask<PushSettings>(desk, '/me/push')).items).toEqual([])
  expect(errors).toEqual([])
})

it('a rehearsal takes a road that is assumed closed, from the list and off the map, and closes none', async () => {
  const road = (await ask<RoadPage>(desk, '/roads?limit=5')).items[0]!
  await desk.goto(`${town.url}/incidents`)
  await desk.click('button:has-text("推演")')
  const dialog = desk.locator('[role=dialog]')
  await dialog.locator('input[type=search]').fill('老街')
  await dialog.locator('.hits button').first().click()
  await dialog.locator('select[aria-label="假定封闭的道路"]').selectOption(road.id)
  await dialog.locator(`.picked button:has-text("${road.name}")`).waitFor()
  await dialog.locator('button:has-text("在地图上选")').click()
  await dialog.locator('.maplibregl-canvas, svg.map, canvas').first().waitFor({ timeout: 20_000 })
  await dialog.locator('.modal-foot button.pri, footer button.pri, button.pri:has-text("推演")').last().click()
  await dialog.locator(`text=假定封闭：${road.name}`).waitFor({ timeout: 20_000 })
  const after = (await ask<RoadPage>(desk, '/roads?limit=500')).items.find((one) => one.id === road.id)
  expect(after?.closed).toBe(road.closed)
  expect(errors).toEqual([])
})

it('what a drone saw becomes a hazard without typing it again, and each leads to the other', async () => {
  const flight = (await ask<Items<SortieView>>(desk, '/sorties?limit=100')).items.find((one) => one.incident.code === 'drone_patrol')!
  await desk.goto(`${town.url}/sorties/${flight.id}`)
  await desk.click('button:has-text("登记隐患")')
  const dialog = desk.locator('[role=dialog]')
  expect(await dialog.locator('textarea').inputValue()).toBe(flight.text)
  await dialog.locator('.el-select').click()
  await dialog.locator('.el-select input').fill('老街')
  await desk.locator('.el-select-dropdown__item:visible').first().click()
  await dialog.locator('select').selectOption({ index: 1 })
  await dialog.locator('input[inputmode=decimal]').fill('29.2654, 105.8712')
  await dialog.locator('button.pri').click()
  await desk.click('.hz a')
  await desk.waitForSelector('text=29.26540, 105.87120')
  await desk.click(`a[href="/sorties/${flight.id}"]`)
  await desk.waitForSelector('.hz li')
  expect(errors).toEqual([])
})
