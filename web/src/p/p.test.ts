import { afterEach, describe, expect, it, vi } from 'vitest'
import { uuidv7 } from '@/shared/api/id'
import { PART } from '@/shared/photo/parts'
import en from './locales/en.json'
import zh from './locales/zh-CN.json'
import { NoLine, Refused } from './unit'
import { patience, untilAnswered, upload, type Line, type Uploading } from './upload'
import { codeOf, missing } from './useUnit'
import { t } from './words'

afterEach(() => vi.restoreAllMocks())

const photo = (size: number): Uploading => ({
  id: uuidv7(), blob: new Blob([new Uint8Array(size)]), sha256: 'x', takenAt: '', received: 0, complete: false,
})

function server(size: number, breaks: (n: number) => boolean = () => false) {
  let has = 0
  let calls = 0
  const offsets: number[] = []
  const line: Line = {
    send: async (_photo, offset, until) => {
      calls += 1
      offsets.push(offset)
      if (offset !== has) throw new Refused(409, 'photo.offset', '', { received: has, complete: has === size })
      // The bytes arrive, the answer may not.
      has = until
      if (breaks(calls)) throw new NoLine()
      return { received: has, complete: has === size, sha256: null }
    },
    pause: async () => undefined,
    onLine: vi.fn(),
    goOn: () => true,
  }
  return { line, offsets, has: () => has }
}

describe('a photo', () => {
  it('goes up in parts of at most 256 KB', async () => {
    const size = PART * 2 + 7
    const { line, offsets } = server(size)
    const one = photo(size)
    await upload(one, line)
    expect(offsets).toEqual([0, PART, PART * 2])
    expect(one.complete).toBe(true)
  })

  it('whose answers get lost goes on from what the server has', async () => {
    const size = PART * 3
    const { line, has } = server(size, (n) => n === 1)
    const one = photo(size)
    await upload(one, line)
    expect(has()).toBe(size)
    expect(one.complete).toBe(true)
    expect(line.onLine).toHaveBeenCalledWith(false)
  })

  it('the server will not take stops the upload', async () => {
    const { line } = server(10)
    line.send = async () => {
      throw new Refused(422, 'photo.hash', '照片传输出错', {})
    }
    await expect(upload(photo(10), line)).rejects.toThrow('照片传输出错')
  })
})

describe('patience', () => {
  it('grows to half a minute', () => expect([0, 1, 4, 5, 9].map(patience)).toEqual([1000, 2000, 16000, 30000, 30000]))

  it('ends when the page is left', async () => {
    const line = { pause: async () => undefined, onLine: () => undefined, goOn: () => false }
    await expect(untilAnswered(line, () => Promise.reject(new NoLine()))).rejects.toBeInstanceOf(NoLine)
  })
})

describe('the page', () => {
  it('takes the code from its address', () => {
    expect(codeOf('/p/abcd1234')).toBe('abcd1234')
    expect(codeOf('/p/abcd1234/')).toBe('abcd1234')
  })

  it('asks for the picture first', () => {
    expect(missing({ photos: [], note: '', name: ' ' })).toEqual(['photos', 'note', 'name'])
    expect(missing({ photos: [1], note: 'x', name: 'y' })).toEqual([])
  })

  it('has every word in both languages', () => {
    expect(Object.keys(en).sort()).toEqual(Object.keys(zh).sort())
    expect(t('p.deadline.on', { date: '2026-11-28' })).toContain('2026-11-28')
  })
})
