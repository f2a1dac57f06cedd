// @vitest-environment node
import { describe, expect, it } from 'vitest'
import { folded, playable, recordedAs } from './voice'

describe('a recording on its way', () => {
  it('comes out as it went in, however long', async () => {
    const bytes = Uint8Array.from({ length: 20_001 }, (_, i) => (i * 7) & 255)
    const back = playable('audio/webm', await folded(new Blob([bytes])))
    expect(new Uint8Array(await back.arrayBuffer())).toEqual(bytes)
    expect(back.type).toBe('audio/webm')
  })

  it('is made as something others can play, or as the browser likes', () => {
    expect(recordedAs((type) => type.startsWith('audio/mp4'))).toBe('audio/mp4')
    expect(recordedAs(() => true)).toBe('audio/webm;codecs=opus')
    expect(recordedAs(() => false)).toBe('')
  })
})
