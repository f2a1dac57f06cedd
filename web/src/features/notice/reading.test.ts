import { describe, expect, it } from 'vitest'
import { blocks, inOrder, lacking, marked, type Finding, type Heading } from './reading'

const body = '通知\n一、任务\n1.甲。\n2.乙。\n'
const heading = (label: string, start: number): Heading => ({ level: 'clause', label, title: label, at: { start, end: body.length } })

describe('a notice beside its findings', () => {
  it('is cut at its headings and loses nothing', () => {
    const cut = blocks(body, [heading('一', 3), heading('1', 8), heading('2', 13)])
    expect(cut.map((b) => b.text).join('')).toBe(body)
    expect(cut.map((b) => b.heading?.label ?? '')).toEqual(['', '一', '1', '2'])
    expect(blocks(body, [])).toEqual([{ heading: null, text: body, start: 0 }])
    expect(blocks('', [])).toEqual([])
  })
  it('marks the words a finding is about, in their own block only', () => {
    const [, , first] = blocks(body, [heading('一', 3), heading('1', 8), heading('2', 13)])
    expect(marked(first!, [{ start: 10, end: 11 }, { start: 10, end: 11 }, { start: 14, end: 16 }])).toEqual([
      { text: '1.', mark: false },
      { text: '甲', mark: true },
      { text: '。\n', mark: false },
    ])
  })
  it('says which block the plan has no clause for, and what stands before it', () => {
    const at = (label: string, start: number, end: number): Heading => ({ level: 'clause', label, title: label, at: { start, end } })
    const cut = blocks(body, [at('一', 3, body.length), at('1', 8, 13), at('2', 13, body.length)])
    const spans = [{ clause: 'C1', start: 8, end: 13 }]
    expect(cut.map((block) => lacking(block, spans))).toEqual([null, null, null, { no: '2', title: '2', after: 'C1' }])
    expect(lacking(cut[2]!, [])).toEqual({ no: '1', title: '1', after: null })
    expect(lacking(cut[3]!, [{ clause: 'C1', start: 8, end: body.length }])).toBeNull()
  })
  it('asks first about what nobody has ruled on', () => {
    const finding = (key: string, ruled: boolean): Finding => ({
      key, kind: 'count', kind_label: '', clauses: [], quote: '', message: '', at: [],
      ruling: ruled ? { ruling: 'accepted', note: '', recorded_at: '', recorded_by: '', version: 1 } : null,
    })
    expect(inOrder([finding('a', true), finding('b', false), finding('c', false)]).map((f) => f.key)).toEqual(['b', 'c', 'a'])
  })
})
