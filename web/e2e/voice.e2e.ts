// A report that is spoken: a big button to hold on the public page, the form whole without script, the voice heard by the
// custodian alone and written down for those who act.

import { chromium, type Browser } from 'playwright-core'
import { expect, it } from 'vitest'
import type { ReportCasePage, ReportCaseView } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { PASSWORD, ask, signIn } from './desk'
import { openTown, type Town } from './town'

let town: Town
let phone: Browser
anewWhenToldAgain(async () => {
  town = await openTown()
  phone = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--no-first-run', '--disable-component-update', '--disable-sync', '--use-fake-ui-for-media-stream', '--use-fake-device-for-media-stream'],
  })
}, async () => {
  await phone?.close()
  await town?.end()
})

it('is held and spoken by a stranger, heard by the custodian alone, and written down', async () => {
  const context = await phone.newContext({ viewport: { width: 390, height: 844 }, locale: 'zh-CN', permissions: ['microphone'] })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (m) => m.type() === 'error' && /Content Security Policy/i.test(m.text()) && errors.push(m.text()))
  await page.goto(`${town.url}/p/report`, { waitUntil: 'load' })
  const button = page.locator('button:has-text("按住说话")')
  await button.scrollIntoViewIfNeeded()
  const spot = (await button.boundingBox())!
  expect(spot.height, 'large enough for a thumb').toBeGreaterThanOrEqual(48)
  await page.mouse.move(spot.x + 60, spot.y + 20)
  await page.mouse.down()
  await page.waitForSelector('button:has-text("松开结束")')
  await page.waitForTimeout(1_500)
  await page.mouse.up()
  await page.waitForSelector('audio:not([hidden])')
  expect(await page.evaluate(() => (document.getElementById('voice') as HTMLInputElement).files?.[0]?.size ?? 0)).toBeGreaterThan(200)
  await page.check('input[name=matter][value=wiring]')
  await page.selectOption('select[name=village]', { index: 1 })
  await page.fill('input[name=address]', '老街 3 号')
  await page.click('form[enctype] button:not([type])')
  await page.waitForURL('**/p/r-**')
  expect(errors).toEqual([])
  await context.close()
  // Without script there is the file field alone, and the phone's own recorder behind it.
  const bare = await (await phone.newContext({ javaScriptEnabled: false })).newPage()
  await bare.goto(`${town.url}/p/report`)
  expect(await bare.locator('#voice').getAttribute('capture')).not.toBeNull()
  expect(await bare.locator('button:has-text("按住说话")').count()).toBe(0)
  await bare.context().close()

  // Whoever screens it sees that there is a voice, and does not hear it.
  const { page: clerk } = await signIn(town, 'clerk')
  const { items } = await ask<ReportCasePage>(clerk, '/report-cases?channel=qr&stage=received')
  const row = items.find((one) => one.voice)!
  await clerk.goto(`${town.url}/report-cases/${row.id}`, { waitUntil: 'commit' })
  await clerk.waitForSelector('.voice')
  expect(await clerk.textContent('.said')).toContain('待保管岗位听写')
  expect(await clerk.locator('.voice button').count()).toBe(0)
  // The custodian's post is the head's of the station, as the sample town has it.
  const { page: head, errors: wrong } = await signIn(town, 'head')
  await ask(head, '/session/step-up', { password: PASSWORD })
  await head.goto(`${town.url}/report-cases/${row.id}`, { waitUntil: 'commit' })
  await head.click('.voice button')
  await head.fill('.dialog textarea', '听写后交办')
  await head.click('.dialog footer .btn.pri')
  await head.waitForSelector('.voice audio')
  // It plays: the browser has read how long it is, or plays on.
  await head.waitForFunction(() => (document.querySelector('.voice audio') as HTMLAudioElement).readyState >= 1, undefined, { timeout: 15_000 })
  await head.click('.acts button:has-text("听写语音")')
  await head.fill('.dialog textarea', '三号楼道里有人飞线充电')
  await head.click('.dialog footer .btn.pri')
  await head.waitForFunction(() => document.querySelector('.said')?.textContent?.includes('飞线充电'))
  const after = await ask<ReportCaseView>(clerk, `/report-cases/${row.id}`)
  expect([after.content, after.actions.map((one) => one.code).includes('write_down')]).toEqual(['三号楼道里有人飞线充电', false])
  expect(wrong).toEqual([])
}, 240_000)
