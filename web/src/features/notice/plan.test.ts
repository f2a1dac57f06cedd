import { describe, expect, it } from 'vitest'
import { nextId } from './plan'

describe('a duty read out of a clause', () => {
  it('takes the next number of its clause', () => {
    const duties = ['C9.1', 'C9.12', 'C9.2', 'C91.40', 'C9.2a'].map((id) => ({ id }))
    expect(nextId('C9', duties)).toBe('C9.13')
    expect(nextId('C1', duties)).toBe('C1.1')
    expect(nextId('C1', [{ id: 'C1.x' }])).toBe('C1.1')
  })
})
