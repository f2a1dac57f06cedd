import { describe, expect, it } from 'vitest'
import type { AccessReport, RouteView } from '@/shared/api/contract'
import { pageOf, targetsOnMap, wayOnMap } from './access'

const stretch = { road: { id: 'r1', name: '河坝桥' }, name: '河坝桥', length_m: 90, lon: 105.88, lat: 29.26, reasons: [{ code: 'road.refused.load', label: '承载不足' }] }
const row = (kind: string, id: string, verdict: string) => ({
  kind, target: { id, name: id }, village: { id: 'v1', name: '场镇' }, lon: 105.9, lat: 29.3, ways: [{ vehicle: 'engine', verdict, minutes: null, careful_minutes: null, station: null, away_m: null, blocked_by: verdict === 'never' ? [stretch] : [] }],
})
const report = { rows: [row('group', 'g1', 'never'), row('house', 'h1', 'never'), row('place', 'p1', 'sure')] } as unknown as AccessReport

describe('the map of who is reached', () => {
  it('colours targets by verdict and shows a stretch that blocks two of them once', () => {
    const shown = targetsOnMap(report, 'engine', (way) => way.blocked_by.map((one) => one.reasons[0]?.label).join())
    expect(shown.map((one) => [one.layer, one.class, one.page])).toEqual([
      ['targets', 'target_never', '/roads/access'], ['targets', 'target_never', '/houses/h1'], ['targets', 'target_sure', '/places/p1'], ['blocking', 'blocking', '/roads/r1'],
    ])
    expect(shown.at(-1)?.name).toBe('河坝桥 承载不足')
    expect(targetsOnMap(report, 'mini', () => '')).toEqual([])
    expect(pageOf({ kind: 'place', target: { id: 'p', name: '' } })).toBe('/places/p')
  })
  it('draws a way once where both readings agree, and none where there is none', () => {
    const way = { distance_m: 1, duration_s: 1, geometry: { type: 'LineString', coordinates: [[1, 2], [3, 4]] } }
    const route = (optimistic: unknown, pessimistic: unknown) => ({ optimistic, pessimistic, blocked_by: [], unknown: [] }) as unknown as RouteView
    expect(wayOnMap(route(way, way)).map((one) => one.class)).toEqual(['way_sure'])
    expect(wayOnMap(route(way, null)).map((one) => one.class)).toEqual(['way_perhaps'])
    expect(wayOnMap(route(null, null))).toEqual([])
  })
})
