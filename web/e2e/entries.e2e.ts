import { expect, it } from 'vitest'
import { anewWhenToldAgain } from './again'
import { openTown, type Town } from './town'

let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

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
