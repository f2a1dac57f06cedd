import { describe, expect, it } from 'vitest'
import { stageTone } from './project'

describe('where a project stands', () => {
  it('is late when it should be over and is not, whatever its stage', () => {
    expect(stageTone('underway', true)).toBe('late')
    expect(stageTone('underway', false)).toBe('doing')
    expect(stageTone('done', false)).toBe('done')
    expect(stageTone('void', false)).toBe('na')
  })
})
