import { describe, expect, it } from 'vitest'
import { topOf, weekLabel, weeklyOption } from './weekly'

describe('the weekly chart', () => {
  it('starts at zero and ends on a round number', () => {
    expect([[], [1, 2], [6], [17], [21], [140]].map((values) => topOf(values))).toEqual([5, 5, 10, 20, 40, 200])
  })
  it('names weeks by their Monday', () => expect(weekLabel('2026-09-07')).toBe('9-7'))
  it('says what it shows to those who do not see it', () => {
    const colours = { font: '', ink3: '', line: '', line2: '', pale: '#a', deep: '#b', amber: '' }
    const option = weeklyOption([{ from: '2026-09-07', inspections: 1, found: 2, closed: 1 }], colours, { found: 'F', closed: 'C', inspections: 'I', description: 'D' }, 11)
    expect(option.aria).toEqual({ enabled: true, label: { description: 'D' } })
    expect((option.series as { data: number[] }[]).map((one) => one.data)).toEqual([[2], [1]])
  })
})
