import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTown, type Town } from './town'

let town: Town
beforeAll(async () => {
  town = await openTown()
})
afterAll(() => town?.end())

it('serves the three entries without an error in the console', async () => {
  for (const path of ['/', '/m/', '/p/ABCD']) {
    const page = await town.browser.newPage()
    const errors: string[] = []
    page.on('pageerror', (error) => errors.push(error.message))
    page.on('console', (m) => m.type() === 'error' && /Content Security Policy|Failed to load module/i.test(m.text()) && errors.push(m.text()))
    await page.goto(town.url + path)
    await page.waitForSelector('h1')
    expect(errors, path).toEqual([])
    await page.close()
  }
})
