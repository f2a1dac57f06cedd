import type { Page } from 'playwright-core'
import type { Town } from './town'

export const PASSWORD = '演示密码-请勿用于正式环境'

/** A page of somebody signed in at the desk; errors of its scripts are collected in `errors`. */
export async function signIn(town: Town, login: string, width = 1440, height = 900): Promise<{ page: Page; errors: string[] }> {
  const context = await town.browser.newContext({ viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (m) => m.type() === 'error' && /Content Security Policy|module/i.test(m.text()) && errors.push(m.text()))
  await page.goto(`${town.url}/login`, { waitUntil: 'commit' })
  await page.fill('input[name=username]', login)
  await page.fill('input[name=password]', PASSWORD)
  await page.click('button[type=submit]')
  await page.waitForSelector('#main h1', { timeout: 20_000 })
  return { page, errors }
}
