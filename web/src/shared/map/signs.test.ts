import { expect, it } from 'vitest'
import { sign } from './signs'

it('dots of one colour that lie on one map are told apart by a letter', () => {
  // Of these some class shares its colour with a rated or an unrated place, which are dots.
  const alike = [['placards', 'current'], ['plan_items', 'planned'], ['plan_items', 'built'], ['plan_items', 'retired'], ['facilities', 'coming'], ['incidents', 'handed_over']] as const
  const badges = alike.map(([layer, code]) => sign(layer, code).badge)
  expect(badges.every(Boolean)).toBe(true)
  expect(new Set(badges).size).toBe(badges.length)
  expect([sign('places', 'unrated').badge, sign('places', 'blue').badge]).toEqual([undefined, undefined])
})
