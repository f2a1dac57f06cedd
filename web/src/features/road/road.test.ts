import { describe, expect, it } from 'vitest'
import type { RoadRow } from '@/shared/api/contract'
import { amount, coloured, measured, minutes, passTone, wayTone } from './road'

const row = (passes: string, closed: string | null = null) =>
  ({ id: 'r', name: '老街', line: [[1, 2], [3, 4]], closed, territory: { id: 'v', name: '场镇' }, passing: [{ vehicle: { code: 'engine', label: '' }, passes, why: [] }] }) as unknown as RoadRow

describe('roads', () => {
  it('what was typed is a number, as text and as the field of numbers hands it over', () => {
    expect([amount('4.5'), amount(4.5), amount(0), amount(' '), amount('')]).toEqual([4.5, 4.5, 0, null, null])
  })

  it('what nobody measured is neither passed nor refused', () => {
    expect(['yes', 'no', 'unknown'].map(passTone)).toEqual(['done', 'late', 'todo'])
    expect(coloured([row('yes'), row('no'), row('unknown'), row('yes', '塌方')], 'engine').map((one) => one.class)).toEqual(['passes', 'refused', 'unmeasured', 'closed'])
    expect(coloured([row('yes')], 'mini')[0]?.class).toBe('unmeasured')
  })

  it('both readings are told where they differ', () => {
    expect(minutes({ minutes: 3, careful_minutes: 3 })).toBe('3')
    expect(minutes({ minutes: 3, careful_minutes: 7.5 })).toBe('3 / 7.5')
    expect(minutes({ minutes: 3, careful_minutes: null })).toBe('3 / —')
    expect(minutes({ minutes: null, careful_minutes: null })).toBe('—')
    expect(['sure', 'perhaps', 'late', 'never'].map(wayTone)).toEqual(['done', 'due', 'doing', 'late'])
  })

  it('only measured values are shown', () => {
    const nothing = { width_m: null, height_m: null, load_t: null, slope_pct: null, turning_radius_m: null, dead_end: null, turnaround: null, wet_season: null }
    expect(measured({ ...nothing, width_m: 2.8, load_t: 10 })).toEqual([['width_m', '2.8 m'], ['load_t', '10 t']])
  })
})
