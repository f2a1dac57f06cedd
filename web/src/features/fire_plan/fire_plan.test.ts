import { describe, expect, it } from 'vitest'
import type { FirePlanItem, FirePlanPair } from '@/shared/api/contract'
import { counted, differenceOnMap, planTone, sent } from './fire_plan'

const item = (id: string, status: string, shape: unknown = { type: 'Point', coordinates: [105.87, 29.26] }): FirePlanItem => ({
  id, kind: { code: 'water', label: '消防供水' }, name: id, village: { id: 'v1', name: '场镇社区' }, year: 2027, shape, status: { code: status, label: status },
  facility: null, force: null, frame: { code: 'spatial', label: '' }, article: '', note: '', differs: false,
} as unknown as FirePlanItem)

describe('special fire plans', () => {
  it('goes back as it came', () => {
    expect(sent(item('a', 'built'))).toMatchObject({ id: 'a', kind: 'water', village: 'v1', status: 'built', facility: null })
  })
  it('draws what differs, what is dropped where it was, and nothing without a place', () => {
    const pairs = [
      { change: 'same', before: item('a', 'planned'), after: item('a', 'planned'), fields: [] },
      { change: 'removed', before: item('b', 'planned'), after: null, fields: [] },
      { change: 'added', before: null, after: item('c', 'planned'), fields: [] },
      { change: 'added', before: null, after: item('d', 'planned', null), fields: [] },
    ] as unknown as FirePlanPair[]
    expect(differenceOnMap(pairs, '/x', (one) => one).map((one) => [one.id, one.class])).toEqual([['b', 'plan_removed'], ['c', 'plan_added']])
  })
  it('counts by kind and says how a version stands', () => {
    expect(counted([item('a', 'built'), item('b', 'planned'), item('c', 'retired')])).toEqual([{ kind: 'water', label: '消防供水', planned: 1, built: 1, retired: 1 }])
    expect(planTone({ stage: { code: 'in_force', label: '' }, voided: false })).toBe('done')
    expect(planTone({ stage: { code: 'in_force', label: '' }, voided: true })).toBe('na')
  })
})
