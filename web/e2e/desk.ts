import type { Page } from 'playwright-core'
import type { Town } from './town'

export const PASSWORD = '演示密码-请勿用于正式环境'

/** A page of somebody signed in at the desk; errors of its scripts are collected in `errors`. */
export async function signIn(town: Town, login: string, width = 1440, height = 900): Promise<{ page: Page; errors: string[] }> {
  const context = await town.browser.newContext({ viewport: { width, height }, locale: 'zh-CN', timezoneId: 'Asia/Shanghai' })
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (m) => m.type() === 'error' && /Content Security Policy|module|no word for/i.test(m.text()) && errors.push(m.text()))
  await page.goto(`${town.url}/login`, { waitUntil: 'commit' })
  await page.fill('input[name=username]', login)
  await page.fill('input[name=password]', PASSWORD)
  await page.click('button[type=submit]')
  await page.waitForSelector('#main h1', { timeout: 20_000 })
  return { page, errors }
}

/**
 * What the program answers somebody who is signed in; a `body` is posted. Paths lie below `/api/v1`, those of OGC as they
 * are. Whoever is asked for the password once more, because he signed in minutes ago, gives it.
 */
export async function ask<T>(page: Page, path: string, body?: object): Promise<T> {
  const answer = await page.evaluate(
    async ([p, sent, password]) => {
      const post = (at: string, text: string) => fetch(`/api/v1${at}`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'X-Fengsui': '1', 'Idempotency-Key': crypto.randomUUID() }, body: text })
      const once = async () => {
        const response = await (sent ? post(p, sent) : fetch(p.startsWith('/ogc/') ? p : `/api/v1${p}`))
        return { ok: response.ok, status: response.status, body: JSON.parse((await response.text()) || 'null') as unknown }
      }
      const first = await once()
      if (first.ok || (first.body as { code?: string } | null)?.code !== 'session.step_up_needed') return first
      await post('/session/step-up', JSON.stringify({ password }))
      return once()
    },
    [path, body ? JSON.stringify(body) : '', PASSWORD] as const,
  )
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body as T
}

/** Until nothing of the page loads any more. */
export const settled = (page: Page): Promise<unknown> => page.waitForFunction(() => !document.querySelector('[aria-busy=true]'), undefined, { timeout: 20_000 })

/** Opens the choice in `field` and takes what reads so, or its first: of its own list, for that of another may still be closing. */
export async function choose(page: Page, field: string, text?: string): Promise<void> {
  await page.click(`${field} .el-select`)
  const list = await page.getAttribute(`${field} .el-select input[aria-controls]`, 'aria-controls')
  const items = page.locator(`[id="${list}"] .el-select-dropdown__item`)
  await (text ? items.filter({ hasText: text }) : items).first().click()
}
