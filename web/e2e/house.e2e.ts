// A head count goes from nine to eleven in the browser: grade, key list and the round over the departments follow at once;
// another rule is tried before anybody sets it.

import type { Page } from 'playwright-core'
import { expect, it } from 'vitest'
import type { HouseList, HouseView } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { settled, signIn } from './desk'
import { onPhone, sendWhatWaits } from './phone'
import { openTown, type Town } from './town'

let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

const get = async <T>(page: Page, path: string): Promise<T> => page.evaluate(async (p) => (await (await fetch(`/api/v1${p}`)).json()) as unknown, path) as Promise<T>

async function count(page: Page, lodging: string): Promise<void> {
  await page.click('.acts button:has-text("登记人数和结构")')
  const inputs = page.locator('.dialog input[type=number]')
  await inputs.nth(0).fill(lodging)
  await inputs.nth(1).fill('0')
  await inputs.nth(2).fill('0')
  // When it was counted and by whom is of this count, not of the one before.
  await page.fill('.dialog input[type=date]', new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date()))
  await page.fill('.dialog .field:has-text("核实人") input', '王小川')
  await page.click('.dialog footer .btn.pri')
  await page.waitForSelector('.dialog', { state: 'detached' })
  await settled(page)
}

it('nine people are ordinary, eleven are kept most closely, with list, round and reasons', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  const { items } = await get<HouseList>(page, '/houses')
  const views = await Promise.all(items.slice(-60).map((one) => get<HouseView>(page, `/houses/${one.place.id}`)))
  const house = views.find((one) => !one.on_key_list && one.checks.length === 0 && one.structure?.code !== 'timber' && one.may_change)
  if (!house) throw new Error('the sample town has no house that is on no list')
  await page.goto(`${town.url}/houses/${house.place.id}`, { waitUntil: 'commit' })
  await page.waitForSelector('#main h1')
  await count(page, '9')
  const nine = await get<HouseView>(page, `/houses/${house.place.id}`)
  expect([nine.grade.code === 'key', nine.on_key_list, nine.checks.length, nine.joint_by ?? null]).toEqual([false, false, 0, null])

  await count(page, '11')
  await page.waitForSelector('#main .st:has-text("重点管控")')
  const shown = (await page.textContent('#main')) ?? ''
  for (const says of ['11 人，超过 10 人', '方案第十七条（C17.5）', '已列入', '待答复']) expect(shown).toContain(says)
  const eleven = await get<HouseView>(page, `/houses/${house.place.id}`)
  expect(eleven.checks.length).toBeGreaterThan(3)
  expect([eleven.joint_by !== null, eleven.may_plan]).toEqual([true, true])
  // The joint check is offered at once.
  expect(await page.getAttribute('#main a:has-text("安排联合检查")', 'href')).toBe(`/joint-control?plan=${house.place.id}`)

  // Another rule is tried first: the same house would be ordinary again, and nothing is kept.
  await page.goto(`${town.url}/houses`, { waitUntil: 'commit' })
  await page.waitForSelector('#main h1')
  await page.click('.acts button:has-text("试算规则")')
  await page.locator('.dialog input').first().fill('12')
  await page.click('.dialog .btn.pri')
  await page.waitForSelector(`.dialog :text("${house.place.name}")`)
  const still = await get<HouseView>(page, `/houses/${house.place.id}`)
  expect(still.grade.code).toBe('key')
  // A department asked about it answers where the house stands, without a network.
  const asked = eleven.checks.find((one) => one.org.name.includes('派出所'))
  if (!asked) throw new Error('the police were asked nothing')
  await onPhone(town, 'police', async (phone) => {
    await phone.goto(`${town.url}/m/errands`)
    await phone.click(`a[href="/m/licence/${asked.id}"]`)
    await phone.waitForSelector('[role=radio]')
    await town.stop()
    await phone.click('.foot .act')
    await phone.waitForSelector('.foot .bad:has-text("请选择核验结果")')
    await phone.click('[role=radio]:has-text("已看到证照")')
    await phone.click('.foot .act')
    await phone.waitForSelector('.foot .bad:has-text("请填写证照编号")')
    await phone.fill('#l-text', '特行证 甲-1')
    await phone.click('.foot .act')
    await phone.waitForSelector('[data-entry][data-state=waiting]')
    await sendWhatWaits(town, phone)
  })
  const answered = await get<HouseView>(page, `/houses/${house.place.id}`)
  expect(answered.checks.find((one) => one.id === asked.id)).toMatchObject({ answer: 'verified', text: '特行证 甲-1' })
  expect(errors).toEqual([])
  await page.context().close()
}, 240_000)
