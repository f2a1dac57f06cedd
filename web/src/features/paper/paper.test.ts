import { describe, expect, it } from 'vitest'
import type { PaperField } from '@/shared/api/contract'
import { blank, called, filled, paperTone } from './paper'

const field = (key: string, kind: string): PaperField => ({ key, zh: `字段${key}`, en: key, kind, options: [], columns: [], required: false })

describe('papers', () => {
  it('send what was written and nothing empty', () => {
    const fields = [field('to', 'text'), field('findings', 'list'), field('score', 'rows'), field('n', 'number'), field('ok', 'flag'), field('none', 'text')]
    const values = { to: '甲', findings: [' 乙 ', ''], score: [['村', '1'], ['', ' ']], n: '3', ok: false, none: '', other: 'x' }
    expect(filled(fields, values)).toEqual({ to: '甲', findings: ['乙'], score: [['村', '1']], n: 3, ok: false })
    expect(fields.map(blank)).toEqual(['', [], [], '', false, ''])
  })
  it('are due while they have a number and are not out', () => {
    expect(['draft', 'approved', 'issued', 'served', 'revoked'].map(paperTone)).toEqual(['todo', 'due', 'doing', 'done', 'na'])
    expect([called(field('to', 'text'), 'en'), called(field('to', 'text'), 'zh-CN')]).toEqual(['to', '字段to'])
  })
})
