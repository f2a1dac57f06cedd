import { expect, it } from 'vitest'
import type { ItemView } from '../../shared/api/contract'
import { moved, nextCode, sides } from './editor'

it('codes go on behind the highest', () => {
  expect(nextCode([{ code: 'B01' }, { code: 'B09' }])).toBe('B10')
  expect(nextCode([{ code: 'Q8' }])).toBe('Q9')
  expect(nextCode([])).toBe('A01')
})
it('items move within the list only', () => {
  expect(moved(['a', 'b', 'c'], 2, -1)).toEqual(['a', 'c', 'b'])
  expect(moved(['a', 'b'], 0, -1)).toEqual(['a', 'b'])
})
it('of two versions only the items that differ are laid side by side, gone and new ones with an empty side', () => {
  const item = (code: string, text: string): ItemView => ({ code, text, how: '', answer: 'pass_fail', answer_label: '', unit: null, grade: 'general', grade_label: '', weight: 1, photo: 'on_fail', hazard_code: null, hazard_label: null, basis: [], mandatory: true, quick: false, only: [], block: 'A', block_title: '' })
  const found = sides([item('A1', '灭火器'), item('A2', '出口'), item('A3', '新的')], [item('A1', '灭火器'), item('A2', '两个出口'), item('A4', '他加的')])
  expect(found.map(([code]) => code)).toEqual(['A2', 'A3', 'A4'])
  expect(found[0]?.[1]).toContain('2. 出口')
  expect(found[0]?.[2]).toContain('2. 两个出口')
  expect([found[1]?.[2], found[2]?.[1]]).toEqual(['', ''])
})
