import { expect, it } from 'vitest'
import { moved, nextCode } from './editor'

it('codes go on behind the highest', () => {
  expect(nextCode([{ code: 'B01' }, { code: 'B09' }])).toBe('B10')
  expect(nextCode([{ code: 'Q8' }])).toBe('Q9')
  expect(nextCode([])).toBe('A01')
})
it('items move within the list only', () => {
  expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
  expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
})
