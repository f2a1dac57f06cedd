import { describe, expect, it } from 'vitest'
import { facilityTone, geometry, positions, typed } from './facility'

const row = (code: string, overdue = false) => ({ stage: { code, label: '' }, overdue, voided: false })

describe('facilities', () => {
  it('a fault and a late check stand out', () => {
    expect([row('in_service'), row('in_service', true), row('fault'), row('retired')].map(facilityTone)).toEqual(['done', 'late', 'late', 'na'])
    expect(facilityTone({ ...row('in_service'), voided: true })).toBe('na')
  })

  it('positions are read as typed and written back', () => {
    expect(positions('105.87, 29.26; 105.88，29.27')).toEqual([[105.87, 29.26], [105.88, 29.27]])
    expect(positions('105.87')).toBeNull()
    expect(positions('东经 105')).toBeNull()
    const line = geometry({ form: 'line' }, [[1, 2], [3, 4]])
    expect(typed(line)).toBe('1,2; 3,4')
    expect(typed({ type: 'Point', coordinates: [105.84779999999999, 29.2689, 310] })).toBe('105.8478,29.2689')
    expect(typed(geometry({ form: 'point_or_area' }, [[1, 2], [3, 4], [5, 6]]))).toBe('1,2; 3,4; 5,6')
    expect(geometry({ form: 'point' }, [[1, 2]])).toEqual({ type: 'Point', coordinates: [1, 2] })
    expect(geometry({ form: 'point' }, [])).toBeNull()
    const two = { type: 'LineString', coordinates: [[1, 2], [3, 4]] }
    expect(['point', 'point_or_area'].map((form) => geometry({ form }, [[1, 2], [3, 4]]))).toEqual([two, two])
  })
})
