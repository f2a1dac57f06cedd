import { expect, it } from 'vitest'
import { absences, lightTone, needs, parts } from './staffing'

it('a light is told by shape as well', () => {
  expect(['green', 'amber', 'red'].map(lightTone)).toEqual(['done', 'due', 'late'])
})

it('minimum and maximum are told apart', () => {
  expect(needs({ min_n: 2, max_n: null })).toEqual({ key: 'atLeast', of: { n: 2 } })
  expect(needs({ min_n: 1, max_n: 1 })).toEqual({ key: 'exactly', of: { n: 1 } })
  expect(needs({ min_n: 1, max_n: 2 })).toEqual({ key: 'between', of: { a: 1, b: 2 } })
})

it('a stretch counts both its ends', () => {
  const one = { from: '2026-02-27', to: '2026-03-02', holders: 1, missing: 0, beyond: 0 }
  expect(parts([one])[0]?.days).toBe(4)
})

it('who is away is told with who acts on these days, the next one first', () => {
  const one = (id: string, away: [string, string, string[]][]) => ({
    person: { id, name: id }, assignment: id, acting: false, from: '2026-01-01', to: null, absent: null, gate: null,
    away: away.map(([from, to, acts]) => ({ from, to, reason: '', acts: acts.map((who) => ({ id: who, name: who })) })),
  })
  const history = [one('sat', [['2026-10-01', '2026-10-03', []], ['2026-09-22', '2026-09-24', ['acts']]]), one('stood', [])]
  expect(absences(history).map((it) => [it.days.from, it.days.acts.map((who) => who.name)])).toEqual([['2026-09-22', ['acts']], ['2026-10-01', []]])
})
