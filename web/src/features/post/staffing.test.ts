import { expect, it } from 'vitest'
import { lightTone, needs, parts } from './staffing'

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
