import { describe, expect, it } from 'vitest'
import { listingTone, transferTone } from './docket'

describe('transfers and listings', () => {
  it('what has not gone in time stands out, what lacks a receipt is due', () => {
    const of = (more: object) => transferTone({ sent_on: null, late: false, receipt: null, answered: false, ...more })
    const receipt = { on: '2026-09-15', body: '大队', document_no: '', text: '', by: { id: 'p', name: '' } }
    expect([of({}), of({ late: true }), of({ sent_on: '2026-09-14', late: true }), of({ sent_on: '2026-09-14', receipt }), of({ sent_on: '2026-09-14', answered: true })]).toEqual(['todo', 'late', 'due', 'doing', 'done'])
  })
  it('a listing without a deadline wants one', () => {
    const of = (more: object) => listingTone({ lifted: null, overdue: false, due_on: null, ...more })
    expect([of({}), of({ due_on: '2026-10-01' }), of({ due_on: '2026-10-01', overdue: true })]).toEqual(['due', 'doing', 'late'])
  })
})
