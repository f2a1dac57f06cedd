import { expect, it } from 'vitest'
import { natural } from './natural'

it('orders names by what their numbers say, in Chinese numerals or digits', () => {
  const sorted = (names: string[]): string[] => [...names].sort(natural)
  expect(sorted(['第五网格', '第一网格', '第十一网格', '第二网格', '第十网格'])).toEqual(['第一网格', '第二网格', '第五网格', '第十网格', '第十一网格'])
  expect(sorted(['六组', '三组', '一组', '四组', '二十组', '二组'])).toEqual(['一组', '二组', '三组', '四组', '六组', '二十组'])
  expect(sorted(['10 号楼', '9 号楼', '一百零二号'])).toEqual(['9 号楼', '10 号楼', '一百零二号'])
})
