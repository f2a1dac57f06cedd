// @vitest-environment node
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { uuidv7 } from '../api/id'
import { exifTaken } from './exif'
import { sha256, sha256Plain } from './hash'
import { PART, sendParts } from './parts'
import { fitted } from './shrink'

it.each([0, 1, 55, 56, 63, 64, 65, 1000, 300_000])('the hash of %i bytes is that of everybody, with and without the browser', async (length) => {
  const bytes = new Uint8Array(length).map((_, i) => (i * 31) % 256)
  const wanted = createHash('sha256').update(bytes).digest('hex')
  expect(await sha256(bytes)).toBe(wanted)
  expect(sha256Plain(bytes)).toBe(wanted)
})

it('an id made here is a UUIDv7 and sorts by time', () => {
  const first = uuidv7(1_700_000_000_000)
  expect(first).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(first < uuidv7(1_700_000_000_001)).toBe(true)
})

it('pictures are fitted into 1600 pixels and never blown up', () => {
  expect(fitted(4000, 3000)).toEqual({ width: 1600, height: 1200 })
  expect(fitted(900, 1200)).toEqual({ width: 900, height: 1200 })
  expect(fitted(1, 9000)).toEqual({ width: 1, height: 1600 })
})

describe('when a picture was taken', () => {
  /** A JPEG head with an Exif block of one pointer and one time. */
  function jpeg(said: string, little: boolean): Uint8Array {
    const view = new DataView(new ArrayBuffer(80))
    view.setUint32(0, 0xffd8ffe1)
    view.setUint16(4, 74)
    view.setUint32(6, 0x45786966)
    const tiff = 12
    view.setUint16(tiff, little ? 0x4949 : 0x4d4d)
    view.setUint16(tiff + 2, 42, little)
    view.setUint32(tiff + 4, 8, little)
    const entry = (at: number, tag: number, value: number) => (view.setUint16(at, 1, little), view.setUint16(at + 2, tag, little), view.setUint32(at + 10, value, little))
    entry(tiff + 8, 0x8769, 24)
    entry(tiff + 24, 0x9003, 40)
    for (const [i, c] of [...said].entries()) view.setUint8(tiff + 40 + i, c.charCodeAt(0))
    return new Uint8Array(view.buffer)
  }
  it('is what the camera wrote into it, whichever way its numbers run', () => {
    const taken = new Date(2026, 8, 1, 8, 30, 5).getTime()
    for (const little of [true, false]) expect(exifTaken(jpeg('2026:09:01 08:30:05', little))).toBe(taken)
  })
  it('is not known of a picture that does not say, or says nonsense', () => {
    expect(exifTaken(jpeg('0000:00:00 00:00:00', true))).toBeNull()
    expect(exifTaken(jpeg('2026:09:01 08:30:05', true).slice(0, 40))).toBeNull()
    expect(exifTaken(new Uint8Array([0x89, 0x50]))).toBeNull()
    expect(exifTaken(new Uint8Array())).toBeNull()
  })
})

describe('sending in parts', () => {
  const size = PART * 2 + 7
  it('begins where the server is and tells each step', async () => {
    const asked: [number, number][] = []
    const told: number[] = []
    const whole = await sendParts(size, PART, async (from, until) => (asked.push([from, until]), { received: until, complete: until === size }), (n) => told.push(n))
    expect(asked).toEqual([[PART, PART * 2], [PART * 2, size]])
    expect(told).toEqual([PART * 2, size])
    expect(whole).toEqual({ received: size, complete: true })
  })
  it('goes where the server says it is', async () => {
    const asked: number[] = []
    await sendParts(size, 0, async (from, until) => (asked.push(from), from === 0 ? { received: PART * 2, complete: false } : { received: until, complete: true }))
    expect(asked).toEqual([0, PART * 2])
  })
  it('begins again where all bytes are there and it is not whole', async () => {
    const asked: number[] = []
    await sendParts(10, 10, async (from) => (asked.push(from), { received: 10, complete: asked.length > 1 }))
    expect(asked).toEqual([0, 0])
  })
  it('gives up on a server that never gets anywhere', async () => expect(await sendParts(10, 0, async () => ({ received: 0, complete: false }))).toBeNull())
})
