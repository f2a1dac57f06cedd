// A duty of the plan is changed in the browser: the office proposes, sees what it would change, and cannot decide it; a
// leader who did not propose it approves, and from its day on the plan says so.

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import { anewWhenToldAgain } from './again'
import { settled, signIn } from './desk'
import { openTown, type Town } from './town'

let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

interface Desk { duties: { id: string; title: string; edit: { weight: number; minimums: string[]; period: string | null } }[]; proposals: { id: string; duty: string; state: string }[] }
async function plan(page: Page): Promise<Desk> {
  return page.evaluate(async () => (await (await fetch('/api/v1/plan')).json()) as Desk)
}

it('a change of an existing duty is proposed, shown with its effect and decided by another person', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  const duty = (await plan(page)).duties.find((one) => one.id === 'C2.4')
  if (!duty) throw new Error('the plan that comes along has no duty C2.4')
  const title = `${duty.title}（按季核对）`
  await page.goto(`${town.url}/plan/changes`)
  await settled(page)
  await page.click('button.pri:has-text("修改一项责任")')
  await page.click('.dialog .el-select')
  await page.fill('.dialog .el-select input', 'C2.4')
  await page.click('.el-select-dropdown__item:visible:has-text("C2.4 ")')
  const titled = page.locator('.dialog .field:has-text("责任内容") input')
  await titled.waitFor()
  expect(await titled.inputValue()).toBe(duty.title)
  // Nothing changed, nothing to propose.
  const propose = page.locator('.dialog footer button.pri')
  expect(await propose.isDisabled()).toBe(true)
  await titled.fill(title)
  await page.fill('.dialog .field:has(textarea) textarea', '说法更清楚')
  await page.click('.dialog button:has-text("看看影响")')
  await page.waitForSelector('.dialog table tbody tr')
  expect(await page.textContent('.dialog table tbody')).toContain('C2.4')
  await propose.click()
  await page.waitForSelector('.dialog', { state: 'detached' })
  await page.waitForSelector('#main li:has-text("C2.4")')
  expect(await page.locator('#main li:has-text("C2.4") button.pri').count(), 'who proposes does not decide').toBe(0)
  const waiting = (await plan(page)).proposals.find((one) => one.duty === 'C2.4')
  expect(waiting?.state).toBe('proposed')
  expect((await plan(page)).duties.find((one) => one.id === 'C2.4')?.title, 'nothing is changed yet').toBe(duty.title)
  expect(errors).toEqual([])

  const leader = await signIn(town, 'leader')
  await leader.page.goto(`${town.url}/plan/changes`)
  await settled(leader.page)
  await leader.page.click('#main li:has-text("C2.4") button.pri')
  await leader.page.waitForSelector('.dialog table tbody tr')
  await leader.page.click('.dialog footer button.pri')
  await leader.page.waitForSelector('.dialog', { state: 'detached' })
  await settled(leader.page)
  const now = await plan(leader.page)
  expect(now.proposals.find((one) => one.id === waiting?.id)?.state).toBe('decided')
  expect(now.duties.find((one) => one.id === 'C2.4')?.title).toBe(title)
  expect(leader.errors).toEqual([])
}, 120_000)
