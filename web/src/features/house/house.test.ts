import { describe, expect, it } from 'vitest'
import { checkTone, count, gradeTone } from './house'

describe('houses', () => {
  it('key control stands out and what is unknown is not done', () => {
    expect(['key', 'raised', 'unknown', 'ordinary'].map(gradeTone)).toEqual(['late', 'due', 'todo', 'done'])
    expect(['asked', 'verified', 'lacking', 'ended'].map(checkTone)).toEqual(['todo', 'done', 'late', 'na'])
  })
  it('an empty count is not zero', () => {
    expect([count(11), count(0)]).toEqual([11, 0])
    expect([count(''), count(' 0 '), count('11'), count('-1'), count('1.5')]).toEqual([null, 0, 11, null, null])
  })
})
