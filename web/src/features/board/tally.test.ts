import { describe, expect, it } from 'vitest'
import type { Tally } from '@/shared/api/contract'
import { fraction, numberOf, partlyDone, partsOf, periods, pieces, ratioText, tasksOf, trendPaths, wholeTone, wholeOf } from './tally'

const tally = (given: Partial<Tally> = {}): Tally => ({
  due: 0, met: 0, late: 0, partial: 0, unmet: 0, open: 0, ahead: 0, not_due: 0, waived: 0, not_applicable: 0, no_data: 0, total: 0, beside: 0, ratio: null, ...given,
})

describe('a tally', () => {
  it('without data has no number and is grey, never 0 %', () => {
    const none = tally({ no_data: 3, total: 3 })
    expect(ratioText(none)).toBeNull()
    expect(wholeOf(none)).toBe('no_data')
    expect(wholeTone(none)).toBe('na')
    expect(wholeOf(tally())).toBe('none')
    expect(wholeOf(tally(), false), 'nobody can tell who would owe it').toBe('no_data')
  })

  it('that is really zero says 0', () => {
    expect(ratioText(tally({ unmet: 2, due: 2, total: 2, ratio: 0 }))).toBe('0')
  })

  it('whose share stands above a count of zero says how many were done in part', () => {
    expect(partlyDone(tally({ due: 416, unmet: 415, partial: 1, total: 416, ratio: 0.001 }))).toBe(1)
    expect(partlyDone(tally({ due: 416, unmet: 416, total: 416, ratio: 0 }))).toBe(0)
    expect(partlyDone(tally({ due: 2, unmet: 1, partial: 1, total: 2, ratio: 0 })), 'no credit, nothing to explain').toBe(0)
  })

  it('never rounds up to 100', () => {
    expect(ratioText(tally({ ratio: 0.9996 }))).toBe('99.9')
    expect(ratioText(tally({ ratio: 1 }))).toBe('100')
    expect(ratioText(tally({ ratio: 0.895 }))).toBe('89.5')
    expect(ratioText(tally({ ratio: 0.9036 })), 'cut off as the program prints it').toBe('90.3')
  })

  it('is as bad as its worst part', () => {
    expect(wholeTone(tally({ met: 40, unmet: 1, total: 41 }))).toBe('late')
    expect(wholeTone(tally({ met: 40, open: 1, total: 41 }))).toBe('doing')
    expect(wholeTone(tally({ met: 40, late: 1, total: 41 }))).toBe('done')
    expect(wholeOf(tally({ met: 40, late: 1, total: 41 }))).toBe('late')
    expect(wholeTone(tally({ met: 40, total: 40 }))).toBe('done')
    expect(wholeTone(tally({ waived: 1, total: 1 }))).toBe('na')
  })

  it('counts done late as done, and what is waived not at all', () => {
    expect(fraction(tally({ met: 3, late: 1, unmet: 1, waived: 5, due: 5, total: 10 }))).toEqual({ done: 4, due: 5 })
  })

  it('of nothing but what is not scored says so', () => {
    expect(wholeOf(tally({ beside: 210 }))).toBe('unscored')
    expect(wholeTone(tally({ beside: 210 }))).toBe('na')
    expect(wholeOf(tally({ unmet: 1, total: 1, beside: 210 }))).toBe('unmet')
  })

  it('lists only the pieces that are there, in order', () => {
    expect(pieces(tally({ no_data: 1, met: 2, unmet: 3 })).map((p) => p.piece)).toEqual(['met', 'unmet', 'no_data'])
  })
})

describe('periods', () => {
  it('know the length of a month and the turn of a year', () => {
    const of = (today: string, code: string) => periods(today).find((p) => p.code === code)
    expect(of('2028-02-10', 'month')).toEqual({ code: 'month', from: '2028-02-01', to: '2028-02-29' })
    expect(of('2027-01-15', 'last_month')).toEqual({ code: 'last_month', from: '2026-12-01', to: '2026-12-31' })
    expect(of('2026-11-23', 'quarter')).toEqual({ code: 'quarter', from: '2026-10-01', to: '2026-12-31' })
  })
})

describe('a trend', () => {
  it('breaks where there is no number', () => {
    expect(trendPaths([1, null, 0, 0.5], 30, 10)).toEqual(['0.0,0.0', '20.0,10.0 30.0,5.0'])
  })
})

describe('a clause', () => {
  it('has the number of the notice; a safeguard has none', () => expect(['C10', '10', 'CS1', 'g1'].map(numberOf)).toEqual(['10', '10', '', '']))
})

describe('another town', () => {
  const rows = [
    { code: '一.1', section: 'mechanisms', part: '（一）村级责任' },
    { code: '一.2', section: 'forces', part: '（一）村级责任' },
    { code: '二.1', section: 'risk', part: '（二）重点对象' },
    { code: '三', section: 'safeguards', part: '三、督办' },
  ]
  it('counts its tasks by what the plan says they are', () => expect(tasksOf(rows).map((row) => row.code)).toEqual(['一.1', '一.2', '二.1']))
  it('has its own headings in its own order', () => {
    expect(partsOf(rows).map((one) => [one.part, one.rows.length])).toEqual([['（一）村级责任', 2], ['（二）重点对象', 1], ['三、督办', 1]])
  })
  it('has no headings where the plan has none', () => {
    const found = partsOf(rows.map((row) => ({ ...row, part: null })))
    expect(found.map((one) => [one.part, one.rows.map((row) => row.code)])).toEqual([['', ['一.1', '一.2', '二.1', '三']]])
  })
})
