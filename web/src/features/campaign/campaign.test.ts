import { describe, expect, it } from 'vitest'
import { campaignTone, share, standingTone } from './campaign'

describe('a campaign', () => {
  it('is late once it is over and nobody closed it', () => {
    expect([campaignTone({ state: 'running', overdue: true }), campaignTone({ state: 'running', overdue: false }), campaignTone({ state: 'closed', overdue: false }), campaignTone({ state: 'void', overdue: false })]).toEqual(['late', 'doing', 'done', 'na'])
  })
  it('has come as far as what is done, and nowhere without a list', () => {
    expect(share({ places: 4, done: 3, open: 1, unassessed: 0, not_yet: 0 })).toBe(0.75)
    expect(share({ places: 0, done: 0, open: 0, unassessed: 0, not_yet: 0 })).toBe(0)
    expect(['done', 'open', 'not_yet', 'out'].map(standingTone)).toEqual(['done', 'due', 'todo', 'na'])
  })
})
