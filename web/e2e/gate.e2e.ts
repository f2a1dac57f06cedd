// A grid manager whose training was taken back is sent on no enforcement visit: the page says why and names the rule, the
// rule opens, and who is trained goes.

import { expect, it } from 'vitest'
import type { Items, PersonPage, PlacePage, TaskView } from '../src/shared/api/contract'
import { anewWhenToldAgain } from './again'
import { ask, settled, signIn } from './desk'
import { openTown, type Town } from './town'

interface Card { id: string; kind: string; standing: string; version: number; person: { id: string; name: string } }
interface Roll { items: { person: { name: string }; lacks: { code: string }[] }[] }

let town: Town
anewWhenToldAgain(async () => {
  town = await openTown()
}, () => town?.end())

it('refuses an untrained grid manager on an enforcement visit and quotes the rule', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  const { today } = await ask<{ today: string }>(page, '/me')
  const { items: people } = await ask<PersonPage>(page, '/people?role=grid_manager&limit=50')
  const cards = (await ask<Items<Card>>(page, '/certificates')).items.filter((one) => one.kind === 'fire_training_grid' && one.standing !== 'revoked')
  const grid = people.filter((one) => one.assignments.some((held) => held.role === 'grid_manager') && cards.some((card) => card.person.id === one.id))
  const [who, other] = grid
  if (!who || !other) throw new Error('the sample town has no trained grid managers')
  for (const card of cards.filter((one) => one.person.id === who.id)) await ask(page, `/certificates/${card.id}/revoke`, { reason: '证件收回', version: card.version })
  // Each at a place of his own grid: nobody is offered for what his post does not reach.
  const { items: places } = await ask<PlacePage>(page, '/places?limit=200')
  const at = async (one: typeof who): Promise<void> => {
    const place = places.find((known) => one.assignments.some((held) => held.territory?.id === known.grid?.id))
    await page.click('.dialog .el-select >> nth=0')
    await page.fill('.dialog .el-select input >> nth=0', place?.name ?? '')
    await page.click(`.el-select-dropdown__item:visible:has-text("${place?.name}")`)
  }

  await page.goto(`${town.url}/tasks`, { waitUntil: 'commit' })
  await page.waitForSelector('#main h1')
  await settled(page)
  await page.click('.acts button:has-text("单独派发")')
  await at(who)
  await page.selectOption('.dialog select', 'enforcement')
  await page.fill('.dialog input[type=date] >> nth=1', today)
  const give = async (name: string): Promise<void> => {
    await page.click('.dialog .pp')
    await page.fill('.dialog .pp input', name)
    await page.click(`.el-select-dropdown__item:visible:has-text("${name}")`)
    await page.click('.dialog footer .btn.pri')
  }
  await give(who.name)
  const refusal = await page.waitForSelector('.dialog .alert')
  const said = (await refusal.textContent()) ?? ''
  expect(said).toContain(who.name)
  expect(said).toContain('C11.6')
  expect(await page.getAttribute('.dialog .alert a', 'href')).toBe('/board/duties/C11.6')
  const open = async () => (await ask<Items<TaskView>>(page, `/tasks?assignee=${who.id}`)).items.filter((one) => one.kind === 'enforcement')
  expect(await open(), 'nothing was given').toEqual([])

  await at(other)
  await give(other.name)
  await page.waitForURL('**/tasks/*')
  expect(errors).toEqual([])
  await page.context().close()
})

it('names who enforces and inspects, with the public list one press away', async () => {
  const { page, errors } = await signIn(town, 'clerk')
  const roll = await ask<Roll>(page, '/gate/roll')
  await page.goto(`${town.url}/trainings`, { waitUntil: 'commit' })
  await page.click('.acts a[href="/officers"]')
  await page.waitForSelector('#main tbody tr')
  // The rows of the page before may still stand there.
  await expect.poll(() => page.locator('#main tbody tr').count(), { timeout: 10_000 }).toBe(roll.items.length)
  const href = await page.getAttribute('.acts a[target=_blank]', 'href')
  const stranger = await (await fetch(town.url + href)).text()
  expect(stranger).toContain('部门检查人员')
  expect(errors).toEqual([])
  await page.context().close()
})
