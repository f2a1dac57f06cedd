import { describe, expect, it } from 'vitest'
import type { RoadRow } from '@/shared/api/contract'
import { decidedRows, outside, sorted } from './import'
import { amount, coloured, effectWords, isOther, lasts, measured, minutes, passTone, wayTone } from './road'
import { table } from './scenario'

const row = (passes: string, closed: string | null = null) =>
  ({ id: 'r', name: '老街', line: [[1, 2], [3, 4]], closed, territory: { id: 'v', name: '场镇' }, passing: [{ vehicle: { code: 'engine', label: '' }, passes, why: [] }] }) as unknown as RoadRow

describe('roads', () => {
  it('what was typed is a number, as text and as the field of numbers hands it over', () => {
    expect([amount('4.5'), amount(4.5), amount(0), amount(' '), amount('')]).toEqual([4.5, 4.5, 0, null, null])
  })

  it('rows along a stretch on record come in once somebody said what they are', () => {
    const questions = [2, 5].map((row) => ({ row, name: '学府路', along: [], rest_m: 0 }))
    expect([decidedRows({ questions }, {}), decidedRows({ questions }, { 5: 'same', 9: 'new' })]).toEqual([0, 1])
  })

  it('what of a file lies far away from the town is told by its rows or as a whole', () => {
    const problem = (code: string) => ({ row: 2, name: '', code, message: '' })
    expect(outside({ problems: [problem('road.outside'), problem('road.line')], outside_n: 700 })).toEqual({ rows: 700, map: false })
    expect(outside({ problems: [problem('road.map_outside')], outside_n: 0 })).toEqual({ rows: 0, map: true })
  })

  it('what lies far away is left out until somebody takes it, too', () => {
    const problem = (code: string) => ({ row: 2, name: '', code, message: '' })
    const tried = { problems: [problem('road.outside'), problem('road.line')], problems_n: 701, outside_n: 700 }
    expect(sorted(tried, false)).toEqual({ left: { n: 701, named: tried.problems }, far: { n: 0, named: [] } })
    expect(sorted(tried, true)).toEqual({ left: { n: 1, named: [tried.problems[1]] }, far: { n: 700, named: [tried.problems[0]] } })
    const map = { problems: [problem('road.map_outside')], problems_n: 1, outside_n: 0 }
    expect([sorted(map, true).left.n, sorted(map, true).far.n]).toEqual([0, 1])
  })

  it('what nobody measured is neither passed nor refused', () => {
    expect(['yes', 'no', 'unknown'].map(passTone)).toEqual(['done', 'late', 'todo'])
    expect(coloured([row('yes'), row('no'), row('unknown'), row('yes', '塌方')], 'engine').map((one) => one.class)).toEqual(['passes', 'refused', 'unmeasured', 'closed'])
    expect(coloured([row('yes')], 'mini')[0]?.class).toBe('unmeasured')
  })

  it('a closure says how long it lasts, one that was lifted the day it began too', () => {
    const t = (key: string, named: Record<string, unknown>) => `${key} ${String(named['on'] ?? '')}`.trim()
    expect(lasts({ from: '2026-11-29', until: null }, t)).toContain('– road.furtherNotice')
    expect(lasts({ from: '2026-11-29', until: '2026-11-28' }, t)).toContain('road.sameDay')
    expect(lasts({ from: '2026-11-29', until: '2026-11-29' }, t)).not.toContain('road.sameDay')
  })

  it('both readings are told where they differ', () => {
    expect(minutes({ minutes: 3, careful_minutes: 3 })).toBe('3')
    expect(minutes({ minutes: 3, careful_minutes: 7.5 })).toBe('3 / 7.5')
    expect(minutes({ minutes: 3, careful_minutes: null })).toBe('3 / —')
    expect(minutes({ minutes: null, careful_minutes: null })).toBe('—')
    expect(['sure', 'perhaps', 'late', 'perhaps_late', 'never'].map(wayTone)).toEqual(['done', 'due', 'doing', 'due', 'late'])
  })

  it('only measured values are shown', () => {
    const nothing = { width_m: null, height_m: null, load_t: null, slope_pct: null, turning_radius_m: null, dead_end: null, turnaround: null, wet_season: null }
    expect(measured({ ...nothing, width_m: 2.8, load_t: 10 })).toEqual([['width_m', '2.8 m'], ['load_t', '10 t']])
  })

  it('gains and losses stand in the order of their columns, each with its people; what hangs on what nobody measured only where there is any', () => {
    const nothing = { perhaps_gained: 0, perhaps_gained_residents: 0, perhaps_gained_people: 0, assured: 0, assured_residents: 0, assured_people: 0, doubtful: 0, doubtful_residents: 0, doubtful_people: 0, brought: 0, brought_residents: 0, brought_people: 0, withdrawn: 0, withdrawn_residents: 0, withdrawn_people: 0 }
    const count = { vehicle: { code: 'engine', label: '' }, assumed: false, ...nothing, gained: 1, gained_residents: 80, gained_people: 2, lost: 3, lost_residents: 0, lost_people: 0, faster: 4, slower: 5, in_time: 6, in_time_residents: 7, in_time_people: 8, out_of_time: 9, out_of_time_residents: 0, out_of_time_people: 0 }
    const plain = table([count])
    expect(plain.outcomes).toEqual(['gained', 'lost', 'faster', 'slower', 'in_time', 'out_of_time'])
    expect(plain.rows[0]?.cells.map((cell) => cell.n)).toEqual([1, 3, 4, 5, 6, 9])
    expect(plain.rows[0]?.cells[0]).toEqual({ outcome: 'gained', n: 1, residents: 80, people: 2 })
    const both = table([count, { ...count, assumed: true, doubtful: 2, doubtful_people: 12 }])
    expect(both.outcomes).toEqual(['gained', 'doubtful', 'lost', 'faster', 'slower', 'in_time', 'out_of_time'])
    expect(table([{ ...count, brought: 161, brought_people: 2473 }]).outcomes).toEqual(['gained', 'lost', 'faster', 'slower', 'in_time', 'out_of_time', 'brought'])
    expect(both.rows.map((row) => [row.assumed, row.cells[1]?.n, row.cells[1]?.people])).toEqual([[false, 0, 0], [true, 2, 12]])
  })

  it('whom a blocked lane cuts off is told, and apart whom it makes doubtful', () => {
    const t = (key: string, named: Record<string, unknown>) => `${key} ${Object.values(named).join(' ')}`.trim()
    const none = { on: '2026-09-21', lost: 0, people: 0, residents: 0, names: [], doubtful: 0, doubtful_people: 0, doubtful_residents: 0, doubtful_names: [] }
    expect(effectWords(t, none)).toBe('road.blocked.nobody')
    expect(effectWords(t, { ...none, lost: 1, people: 8, names: ['甲'], doubtful: 1, doubtful_people: 3, doubtful_names: ['乙'] })).toBe('road.blocked.loses 1 road.blocked.registered 8 甲；road.blocked.doubts 1 road.blocked.registered 3 乙')
    // Of a village group nobody is registered at a place: its residents are who is cut off.
    expect(effectWords(t, { ...none, lost: 1, residents: 148, names: ['一组'] })).toBe('road.blocked.loses 1 road.ofResidents 148 一组')
    expect(effectWords(t, { ...none, lost: 2, residents: 148, people: 8, names: ['一组'] })).toBe('road.blocked.loses 2 road.ofResidents 148road.blocked.androad.blocked.registered 8 一组')
  })
})

it('another value is a new survey, the same one is none', () => {
  const old = { width_m: 3.2, height_m: null, load_t: 10, slope_pct: null, turning_radius_m: null, dead_end: null, turnaround: null, wet_season: null }
  expect(isOther(old, { ...old })).toBe(false)
  expect(isOther(old, { ...old, load_t: 40 })).toBe(true)
  expect(isOther(old, { ...old, dead_end: false })).toBe(true)
})
