import { expect, test } from 'vitest'
import { contractTone, owedTone } from './contract'

test('what is owed after its day is late, whatever it came to before', () => {
  expect(owedTone('owed', false)).toBe('todo')
  expect(owedTone('owed', true)).toBe('late')
  expect(owedTone('refused', false)).toBe('late')
  expect(owedTone('delivered', false)).toBe('due')
  expect(owedTone('accepted', false)).toBe('done')
  expect(contractTone('over')).toBe('na')
})
