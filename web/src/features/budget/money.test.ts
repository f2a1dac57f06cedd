import { expect, test } from 'vitest'
import { fen, yuan } from './money'

test('yuan are read to the fen, never by way of a broken number', () => {
  expect([['1.1', 110], ['50,000', 5_000_000], ['0.29', 29], ['12.3', 1230]].map(([text]) => fen(String(text)))).toEqual([110, 5_000_000, 29, 1230])
  expect(['', '-1', '1.234', '一千', '1e3'].map(fen)).toEqual([null, null, null, null, null])
  expect(yuan(5_000_029)).toBe('50,000.29')
})
