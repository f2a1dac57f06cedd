import { describe, expect, it } from 'vitest'
import type { PlaceView } from '../../shared/api/contract'
import { blank, fromView, gridIn, tidy, upon } from './form'

it('a masked phone is left as it was, a new one is sent', () => {
  const form = blank()
  form.responsible = { name: '罗成', phone: '138****5102' }
  form.manager = { name: '罗小军', phone: '023-49000010' }
  expect(tidy(form).responsible).toEqual({ name: '罗成', phone: null })
  expect(tidy(form).manager).toEqual({ name: '罗小军', phone: '023-49000010' })
})

it('a grid outlasts a form that is there before the areas of the town, and goes with its village', () => {
  expect(gridIn('g1', [], false), 'nobody knows yet whose it is').toBe('g1')
  expect(gridIn('g1', [{ code: 'g1' }], true)).toBe('g1')
  expect(gridIn('g1', [{ code: 'g2' }], true)).toBeNull()
  expect(gridIn('', [{ code: 'g2' }], true)).toBeNull()
})

it('empty inputs are none, not zero and not an empty word', () => {
  const form = blank()
  form.name = ' 罗记农资门市 '
  form.heads.lodging = '' as never
  form.heads.working = '4' as never
  form.area_m2 = '' as never
  form.grid = ''
  form.manager = { name: ' ', phone: '' }
  form.registration = { kind: 'unlicensed', uscc: '91500000X' }
  const sent = tidy(form)
  expect(sent.name).toBe('罗记农资门市')
  expect(sent.heads).toEqual({ lodging: null, working: 4, training: null, capacity: null, beds: null })
  expect([sent.area_m2, sent.grid, sent.manager, sent.code]).toEqual([null, null, null, null])
  expect(sent.registration).toEqual({ kind: 'unlicensed', uscc: null })
})

describe('counts', () => {
  it('are whole numbers or nothing', async () => {
    const { notWhole } = await import('./form')
    expect(notWhole({ ...blank(), area_m2: 85.5, heads: { ...blank().heads, lodging: -1, beds: 0 } })).toEqual(['area_m2', 'heads.lodging'])
    expect(notWhole(blank())).toEqual([])
  })
})

it('what was typed comes upon the place as it now stands, each count alone, and nothing else of it is written back', () => {
  const row = { code: 'P-1', name: '罗记农资门市', category: 'shop', tags: [], village: { id: 'v1', name: '一村' }, grid: null, sector: null, address: '正街 1 号', location: null, registration: { kind: 'unknown', uscc: null }, area_m2: 60, heads: { beds: null, capacity: 20, lodging: null, training: null, working: null }, fire_hazard_class: null, gas: null, responsible: '罗成', phone_masked: '138****5102', manager: { name: '罗小军', phone_masked: '139****0010' }, opening: 'open', opened_on: null, closed_on: null, access: null, help: null, note: '', version: 1 } as unknown as PlaceView
  const opened = tidy(fromView(row))
  const mine = tidy({ ...fromView(row), note: '二楼有人住', heads: { ...fromView(row).heads, working: '4' as never } })
  const now = { ...row, address: '正街 9 号', phone_masked: '137****9999', heads: { ...row.heads, capacity: 35 }, version: 2 }
  const kept = upon(now, opened, mine)
  expect(kept).toEqual({ ...fromView(now), note: '二楼有人住', heads: { lodging: null, working: 4, training: null, capacity: 35, beds: null } })
  expect([kept.version, kept.responsible.phone, tidy(kept).responsible.phone]).toEqual([2, '137****9999', null])
})
