import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { PaperField } from '@/shared/api/contract'
import { ABOUT, aboutPath, blank, called, filled, lastYears, paperTone, spoken } from './paper'
import zh from './locales/zh-CN.json'
import en from './locales/en.json'

const field = (key: string, kind: string): PaperField => ({ key, zh: `字段${key}`, en: key, kind, options: [], columns: [], required: false, given: false })

describe('papers', () => {
  it('are compared as one reads them: lines below each other, rows with their cells side by side', () => {
    expect([spoken('事由'), spoken(['甲', '乙']), spoken([['1', '灭火器'], ['', '']]), spoken(undefined), spoken(false), spoken(3)]).toEqual(['事由', '甲\n乙', '1 灭火器', '', '', '3'])
  })
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
  it('lead back to whatever record the program makes them from, and call it by a word', () => {
    const folder = join(__dirname, '../../../../catalog/papers')
    const table = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8')).join('\n')
    const kinds = [...table.matchAll(/^from = \[([^\]]+)\]/gm)].flatMap((found) => [...(found[1] ?? '').matchAll(/"([a-z_]+)"/g)].map((one) => one[1] ?? ''))
    expect(kinds.length).toBeGreaterThan(10)
    for (const kind of kinds) {
      expect(aboutPath({ kind, id: '1' }), kind).toMatch(/^\/[a-z-]+(\/1)?$/)
      expect(kind in zh.kinds && kind in en.kinds, kind).toBe(true)
    }
    expect(Object.keys(ABOUT).every((kind) => kinds.includes(kind))).toBe(true)
    expect(aboutPath({ kind: 'certificate', id: '1' })).toBe('/certificates')
    expect(aboutPath({ kind: 'other', id: '1' })).toBeNull()
  })
  it('are asked for year by year', () => {
    expect(lastYears('2026-11-26')).toEqual([2026, 2025, 2024, 2023, 2022, 2021])
    expect(lastYears(undefined)).toEqual([])
  })
})
