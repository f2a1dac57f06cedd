import { describe, expect, it } from 'vitest'
import { byVillage, dayAfter, forceState, forceTone, isWanting } from './force'

describe('how a force stands', () => {
  it.each([
    ['accepted', true, 'whole', 'done'],
    ['accepted', false, 'wanting', 'late'],
    ['registered', false, 'registered', 'todo'],
    ['closed', false, 'closed', 'na'],
  ])('%s, whole %s', (state, active, word, tone) => {
    expect(forceState({ state, active })).toBe(word)
    expect(forceTone({ state, active })).toBe(tone)
  })
  it('a kit that is to be counted is something to do, though nothing is missing', () => {
    expect(isWanting({ state: 'accepted', active: true, count_late: true })).toBe(true)
    expect(isWanting({ state: 'accepted', active: true, count_late: false })).toBe(false)
    expect(isWanting({ state: 'registered', active: false, count_late: false })).toBe(false)
  })
})

it('forces are grouped by village in the order they came', () => {
  const row = (id: string) => ({ village: { id, name: id } })
  expect(byVillage([row('b'), row('a'), row('b')]).map((group) => [group.id, group.rows.length])).toEqual([['b', 2], ['a', 1]])
})

it('days are counted over the end of a month', () => {
  expect(dayAfter('2026-11-28', 7)).toBe('2026-12-05')
  expect(dayAfter('2026-03-01', -1)).toBe('2026-02-28')
})
