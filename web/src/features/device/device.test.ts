import { describe, expect, it } from 'vitest'
import { deviceTone, spot, testEnd } from './device'

describe('devices', () => {
  it('who is silent or at fault stands out', () => {
    const tone = (code: string, voided = false) => deviceTone({ condition: { code, label: '' }, voided })
    expect(['online', 'silent', 'faulty', 'battery_low', 'never', 'testing', 'retired'].map((code) => tone(code))).toEqual(['done', 'late', 'late', 'due', 'todo', 'doing', 'na'])
    expect(tone('silent', true)).toBe('na')
  })
  it('a test ends so many minutes from now, in the zone of the town', () => {
    expect(testEnd(new Date('2026-11-26T15:50:00Z'), 20)).toBe('2026-11-27T00:10:00+08:00')
  })
  it('a position is two numbers or none', () => {
    expect(spot('105.87，29.26')).toEqual([105.87, 29.26])
    expect(spot('105.87')).toBeNull()
    expect(spot(' ')).toBeUndefined()
  })
})
