import { describe, expect, it } from 'vitest'
import type { SitingView } from '@/shared/api/contract'
import { asTyped, asksSites, coversNobody, far, needsRadius, typedSpots } from './siting'

describe('siting', () => {
  it('reads candidates as they are typed, and back', () => {
    const spots = typedSpots('*镇政府, 105.87, 29.26\n\n河边，105.9，29.3')
    expect(spots).toEqual([{ name: '镇政府', lon: 105.87, lat: 29.26, fixed: true }, { name: '河边', lon: 105.9, lat: 29.3, fixed: false }])
    expect(typedSpots(asTyped(Array.isArray(spots) ? spots : []))).toEqual(spots)
    const wrong = ['镇政府', '镇政府, 东, 北', ', 105, 29', 'a, 1, 2, 3', '*, 1, 2', 'a, , 2', 'a, 29.3, 105.9'].map((line) => typedSpots(`河边，105.9，29.3\n\n${line}`))
    expect(wrong.map((one) => (Array.isArray(one) ? one : [one.line, one.wrong]))).toEqual([[3, 'parts'], [3, 'number'], [3, 'name'], [3, 'parts'], [3, 'name'], [3, 'number'], [3, 'place']])
  })
  it('has no answer where none of the candidates covers anybody', () => {
    const view = (code: string, uncovered_n: number, demands_n = 4) => ({ model: { code, label: '' }, demands_n, found: { uncovered_n } }) as unknown as SitingView
    expect([view('mclp', 4), view('lscp', 4), view('mclp', 3), view('p_median', 4), view('mclp', 0, 0)].map(coversNobody)).toEqual([true, true, false, false, false])
    expect(coversNobody({ ...view('mclp', 4), found: null })).toBe(false)
  })
  it('asks only what a model needs', () => {
    expect(['p_median', 'p_center', 'lscp', 'mclp'].map((m) => [asksSites(m), needsRadius(m)])).toEqual([[true, false], [true, false], [false, true], [true, true]])
    expect([far(950.4, 'great_circle'), far(2345, 'road_length'), far(330, 'road_time')]).toEqual(['950 m', '2.35 km', '5.5 min'])
  })
})
