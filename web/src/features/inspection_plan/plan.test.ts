import { describe, expect, it } from 'vitest'
import type { PlanItem } from '@/shared/api/contract'
import { heat, inMonth, rowsOf, sides, spanOf, wrongRows } from './plan'

const item = (from: string, to: string): PlanItem => ({ place: { id: 'p', name: 'P' }, village: { id: 'v', name: 'V' }, grade: null, grade_label: null, from, to, reason: '', by_hand: false })

describe('the heat of a year', () => {
  it('has twelve months, the busiest warmest, none cold by accident', () => {
    const cells = heat(2026, [{ month: '2026-03', visits: 20 }, { month: '2026-04', visits: 1 }])
    expect(cells).toHaveLength(12)
    expect(cells[2]).toEqual({ month: '2026-03', visits: 20, heat: 5 })
    expect(cells[3]?.heat).toBe(1)
    expect(cells[4]?.heat).toBe(0)
  })
})

describe('a span', () => {
  it('is refused with the first thing wrong', () => {
    expect(spanOf('special', 2026, 1, ' ', '', '')).toBe('title')
    expect(spanOf('special', 2026, 1, '夏季', '2026-07-01', '2026-06-01')).toBe('order')
    expect(spanOf('year', 26, 1, '', '', '')).toBe('year')
    expect(spanOf('month', 2026, 2, '', '', '')).toEqual({ kind: 'month', year: 2026, month: 2 })
  })
})

describe('visits', () => {
  it('belong to every month they touch', () => {
    const items = [item('2026-01-20', '2026-03-05'), item('2026-04-01', '2026-04-30')]
    expect(inMonth(items, '2026-02')).toHaveLength(1)
    expect(inMonth(items, '')).toHaveLength(2)
  })
  it('with dates the wrong way round are found', () => {
    expect(wrongRows(rowsOf([item('2026-02-01', '2026-01-01'), item('2026-01-01', '2026-01-01')]))).toHaveLength(1)
  })
  it('of two versions are laid side by side place by place, where they differ', () => {
    const other: PlanItem = { ...item('2026-05-01', '2026-05-31'), place: { id: 'q', name: 'Q' } }
    const mine = rowsOf([item('2026-01-01', '2026-01-31'), other])
    expect(sides(mine, rowsOf([other, item('2026-01-01', '2026-01-31')]))).toEqual([])
    const found = sides(mine, rowsOf([item('2026-02-01', '2026-02-28')]))
    expect(found.map(([name]) => name)).toEqual(['P', 'Q'])
    expect(found[0]?.[2]).toContain('02-28')
    expect(found[1]?.[2]).toBe('')
  })
})
