import { describe, expect, it } from 'vitest'
import { cell, csv } from './csv'

describe('a list as a file', () => {
  it('shows Chinese and lets no cell run', () => {
    expect(csv([['甲', null, 3]])).toBe('\ufeff甲,,3\r\n')
    expect([cell('=1+1'), cell('@x'), cell('-3.5'), cell('-x')]).toEqual(["'=1+1", "'@x", '-3.5', "'-x"])
    expect(cell('a,"b"')).toBe('"a,""b"""')
  })
})
