import { afterEach, expect, it } from 'vitest'
import { locale } from '../i18n'
import { badged, sign } from './signs'

afterEach(() => void (locale.value = 'zh-CN'))

it('dots of one colour that lie on one map are told apart by a letter', () => {
  // Of these some class shares its colour with a rated or an unrated place, which are dots.
  const alike = [['placards', 'current'], ['plan_items', 'planned'], ['plan_items', 'built'], ['plan_items', 'retired'], ['facilities', 'coming'], ['incidents', 'handed_over']] as const
  const badges = alike.map(([layer, code]) => sign(layer, code).badge)
  expect(badges.every(Boolean)).toBe(true)
  expect(new Set(badges).size).toBe(badges.length)
  expect([sign('places', 'unrated').badge, sign('places', 'blue').badge]).toEqual([undefined, undefined])
})

it('in English a badge has a letter, another one for each class of a layer', () => {
  locale.value = 'en'
  const marks = badged().map(([layer, code]) => `${layer} ${sign(layer, code).badge}`)
  expect(marks.filter((one) => /\p{Script=Han}/u.test(one))).toEqual([])
  expect(new Set(marks).size).toBe(marks.length)
  const alike = [['placards', 'current'], ['plan_items', 'planned'], ['plan_items', 'built'], ['plan_items', 'retired'], ['facilities', 'coming'], ['incidents', 'handed_over']] as const
  expect(new Set(alike.map(([layer, code]) => sign(layer, code).badge)).size).toBe(alike.length)
})
