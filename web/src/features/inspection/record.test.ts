import { describe, expect, it } from 'vitest'
import type { AnswerView, InspectionInput } from '@/shared/api/contract'
import { blocks, changedCount, changesOf, corrected, minutes } from './record'

const answer = (item: string, block: string, value: AnswerView['value']): AnswerView => ({ item, text: item, block_title: block, value, value_label: '', reason: null, reading: null, note: '', photos: [], fixed: [] })

describe('a record', () => {
  const view = { answers: [answer('A01', 'A', 'pass'), answer('B01', 'B', 'fail'), answer('A02', 'A', 'fail')] }
  it('is shown block by block', () => {
    expect(blocks(view.answers).map((b) => [b.title, b.answers.length, b.failed])).toEqual([['A', 2, 1], ['B', 1, 1]])
  })
  it('is corrected only where somebody changed it', () => {
    const changes = changesOf(view)
    expect(changedCount(view, changes)).toBe(0)
    changes['B01'] = { value: 'not_applicable', reason: ' 无此设施 ', note: '' }
    expect(changedCount(view, changes)).toBe(1)
    const record = { id: 'x', answers: [{ item: 'A01', value: 'pass', note: '', photos: [] }, { item: 'B01', value: 'fail', note: 'x', photos: ['p'], fixed: ['q'] }], photos: ['p'] } as unknown as InspectionInput
    const next = corrected(record, changes)
    expect(next.answers[1]).toEqual({ item: 'B01', value: 'not_applicable', note: '', photos: ['p'], fixed: [], reason: '无此设施' })
    expect(next.photos).toEqual(['p'])
  })
  it('took whole minutes', () => {
    expect(minutes('2026-11-20T10:00:00+08:00', '2026-11-20T10:25:40+08:00')).toBe(26)
    expect(minutes('2026-11-20T10:00:00+08:00', '2026-11-20T09:00:00+08:00')).toBeNull()
  })
})
