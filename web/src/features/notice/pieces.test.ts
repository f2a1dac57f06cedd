import { expect, it } from 'vitest'
import { pieces } from './pieces'

it('loses nothing of the text', () => {
  const body = '前言。第一条 甲。第二条 乙。落款'
  const cut = pieces({ body, spans: [{ clause: '2', start: 9, end: 15 }, { clause: '1', start: 3, end: 9 }] })
  expect(cut.map((p) => p.text).join('')).toBe(body)
  expect(cut.map((p) => p.clause)).toEqual([null, '1', '2', null])
})
