import { describe, expect, it } from 'vitest'
import { newCode, nextId } from './plan'

describe('a duty read out of a clause', () => {
  it('proposes a code for a clause the plan lacks, as the plan writes its others', () => {
    const numbered = [{ code: 'C1', no: '1' }, { code: 'C18', no: '18' }, { code: 'CS1', no: '（一）' }]
    expect(newCode('19', numbered)).toBe('C19')
    expect(newCode('二（三）', numbered)).toBe('二三')
    expect(newCode('19', [{ code: '一.1', no: '（一）1' }])).toBe('19')
    expect(newCode('19', [])).toBe('19')
  })
  it('takes the next number of its clause', () => {
    const duties = ['C9.1', 'C9.12', 'C9.2', 'C91.40', 'C9.2a'].map((id) => ({ id }))
    expect(nextId('C9', duties)).toBe('C9.13')
    expect(nextId('C1', duties)).toBe('C1.1')
    expect(nextId('C1', [{ id: 'C1.x' }])).toBe('C1.1')
  })
})
