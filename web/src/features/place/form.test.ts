import { describe, expect, it } from 'vitest'
import { blank, tidy } from './form'

it('a masked phone is left as it was, a new one is sent', () => {
  const form = blank()
  form.responsible = { name: '罗成', phone: '138****5102' }
  form.manager = { name: '罗小军', phone: '023-49000010' }
  expect(tidy(form).responsible).toEqual({ name: '罗成', phone: null })
  expect(tidy(form).manager).toEqual({ name: '罗小军', phone: '023-49000010' })
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
