import { describe, expect, it } from 'vitest'
import { placeholders, reworded, templateTone, where } from './template'

describe("a town's own words for papers", () => {
  it('are sent only where they differ', () => {
    const phrases = [{ at: 'title', text: '通知' }, { at: 'piece.0', text: '请于{deadline}前整改。' }]
    expect(reworded(phrases, { title: '通知 ', 'piece.0': '盼于{deadline}前整改。' })).toEqual({ 'piece.0': '盼于{deadline}前整改。' })
    expect(placeholders('对“{place}”于{deadline}')).toEqual(['{place}', '{deadline}'])
  })
  it('say where they stand and what they wait for', () => {
    const t = (key: string, named?: Record<string, unknown>) => `${key.split('.').pop()}${named ? String(named['n']) : ''}`
    expect(['title', 'piece.0', 'piece.5.1', 'field.to'].map((at) => where(at, t))).toEqual(['title', 'piece1', 'sign2', 'field'])
    expect(templateTone({ state: 'approved', in_use: true })).toBe('done')
    expect(['draft', 'returned', 'approved', 'withdrawn'].map((state) => templateTone({ state, in_use: false }))).toEqual(['todo', 'due', 'doing', 'na'])
  })
})
