import { expect, test } from 'vitest'
import { dayAfter, daysBetween } from './days'

test('days are counted over months and leap years, whatever the clock of the machine', () => {
  expect(dayAfter('2024-03-01', -1)).toBe('2024-02-29')
  expect(dayAfter('2026-11-27', -365)).toBe('2025-11-27')
  expect(daysBetween('2026-11-27', '2025-11-27')).toBe(-365)
  expect([dayAfter('', -1), daysBetween('', '2026-11-27')]).toEqual(['', 0])
})
