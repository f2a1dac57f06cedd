import { expect, it } from 'vitest'
import type { ImportReport, ImportView } from '../../shared/api/contract'
import { doubledFields, missingFields, openByName, proposed, sameColumns, twinRow, undecided, understoodAs } from './choice'

const view: ImportView = {
  id: 'i', kind: 'places', name: 'a.xlsx', sheets: [{ name: '台账', rows: 3 }], sheet: '台账', header_row: 2, remembered: false, imported_before: null,
  columns: [
    { index: 0, header: '单位名称', field: 'name', samples: [] },
    { index: 1, header: '备注', field: null, samples: [] },
  ],
  fields: [{ code: 'name', label: '名称', required: true }, { code: 'village', label: '村', required: true }],
}

it('starts from what the file says and asks for what is missing or doubled', () => {
  const choice = proposed(view)
  expect(choice.mapping).toEqual({ '0': 'name' })
  expect(missingFields(view, choice)).toEqual(['村'])
  choice.mapping['1'] = 'name'
  expect(doubledFields(view, choice)).toEqual(['名称'])
})
it('counts rows nobody has decided on', () => {
  const report = { duplicates: [{ sheet: '台账', row: 4, name: 'x', candidates: [] }, { sheet: '台账', row: 5, name: 'y', candidates: [] }] } as unknown as ImportReport
  const choice = { ...proposed(view), decisions: { '4': 'skip' } }
  expect(undecided(report, choice)).toBe(1)
})
it('only rows alike by name are settled together, any other is decided by itself', () => {
  const like = (row: number, ...of: object[]) => ({ sheet: '台账', row, name: 'x', candidates: of.map((one) => ({ id: 'p1', code: '', name: 'x', why: '', ...one })) })
  const byName = { name_only: true }
  const report = {
    duplicates: [
      like(3, { id: '', row: 2 }),
      like(4, byName),
      like(5, byName),
      // The credit code agrees; and a report kept from before says nothing of it.
      like(6, { name_only: false }),
      like(7, {}),
      like(8, byName, { id: 'p2', name_only: false }),
      like(9, byName, { row: 2 }),
      like(10),
    ],
  } as unknown as ImportReport
  expect(report.duplicates.slice(0, 2).map(twinRow)).toEqual([2, undefined])
  expect(openByName(report, { ...proposed(view), decisions: { '5': 'new' } })).toEqual([4])
})
it('understands a mended file as the one before and asks anew what was looked at in that one', () => {
  const before = { ...proposed(view), mapping: { '0': 'name', '1': 'village' }, decisions: { '4': 'skip' }, leave_bad: true, outside_ok: true }
  const later = { ...view, id: 'j', header_row: 2 }
  expect(sameColumns(later, view)).toBe(true)
  expect(understoodAs(later, before)).toEqual({ ...before, decisions: {}, outside_ok: false })
  expect(sameColumns({ ...later, columns: later.columns.slice(1) }, view)).toBe(false)
  // The error file itself, mended: the column of what was wrong stands behind, and stands for nothing.
  const told = { ...later, columns: [...later.columns, { index: 2, header: '问题', field: 'category', samples: [] }] }
  expect(sameColumns(told, view)).toBe(true)
  expect(understoodAs(told, before).mapping).toEqual(before.mapping)
  expect(sameColumns({ ...later, columns: [...later.columns, { index: 2, header: '地址', field: 'address', samples: [] }] }, view)).toBe(false)
})
