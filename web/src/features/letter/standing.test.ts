import { describe, expect, it } from 'vitest'
import { standingTone, urgentFirst } from './standing'
import type { LetterPost } from './types'

const post = (id: string, standing: string): LetterPost => ({ post: { id, name: id }, standing }) as LetterPost

describe('who signed and who did not', () => {
  it('puts the missing first and keeps the order of the town among equals', () => {
    const all = [post('a', 'in_force'), post('b', 'to_resign'), post('c', 'missing'), post('d', 'in_force'), post('e', 'missing')]
    expect(urgentFirst(all).map((one) => one.post.id)).toEqual(['c', 'e', 'b', 'a', 'd'])
  })
  it('shows a letter that ended with its signer as late, not as done', () => {
    expect([standingTone('to_resign'), standingTone('in_force'), standingTone('void')]).toEqual(['late', 'done', 'na'])
  })
})
