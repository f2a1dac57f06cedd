// @vitest-environment node
import 'fake-indexeddb/auto'
import { describe, expect, it } from 'vitest'
import { Clock, chinaTime } from './clock'
import { PhoneDb } from './db'
import { takenAt } from './picture'
import { crc32, rescue, zip } from './rescue'
import { isLow, space } from './space'
import { ready } from '../../shared/i18n/ready'
import { codeIn, facilityIn } from './scan'
import { Who } from './who'

describe('a label of a facility', () => {
  it('is known by its address, and nothing else is', () => {
    const id = '01900000-0000-7000-8000-000000000601'
    expect(facilityIn(`https://fs.example/p/f-${id}`)).toBe(id)
    expect(facilityIn(` https://fs.example/p/f-${id.toUpperCase()}?lang=en`)).toBe(id)
    for (const other of [`https://fs.example/p/b-${id}`, 'HDP-001', id]) expect(facilityIn(other)).toBeNull()
  })
})

describe('the clock', () => {
  const phone = Date.parse('2026-11-25T02:00:00Z')
  it('learns how wrong the phone is and says times as the server would', () => {
    const clock = new Clock(() => phone)
    expect(clock.learn('Wed, 25 Nov 2026 02:20:00 GMT', phone - 500, phone + 500)).toBe(true)
    expect(Math.round(clock.skewMs / 1000)).toBe(1201)
    expect(clock.isWrong).toBe(true)
    expect(clock.iso()).toBe('2026-11-25T10:20:00+08:00')
  })
  it('takes the delay of the network for no error, and learns nothing from slow or senseless answers', () => {
    const clock = new Clock(() => phone)
    expect(clock.learn('Wed, 25 Nov 2026 02:00:02 GMT', phone, phone + 100)).toBe(false)
    expect(clock.learn('Wed, 25 Nov 2026 05:00:00 GMT', phone, phone + 60_000)).toBe(false)
    expect(clock.learn('yesterday', phone, phone)).toBe(false)
    expect([clock.skewMs, clock.isWrong]).toEqual([0, false])
  })
  it('forgets the error once the phone was set right', () => {
    const clock = new Clock(() => phone, 3_600_000)
    expect(clock.isWrong).toBe(true)
    clock.learn('Wed, 25 Nov 2026 02:00:00 GMT', phone, phone)
    expect(clock.skewMs).toBe(0)
  })
  it('knows one time zone', () => expect(chinaTime(Date.parse('2026-11-25T18:00:00Z'))).toBe('2026-11-26T02:00:00+08:00'))
})

describe('pictures', () => {
  it('from the gallery are as old as they say, and never from the future', () => {
    expect(takenAt({ lastModified: 5_000 }, 9_000, 100)).toBe(5_100)
    expect(takenAt({ lastModified: 99_000 }, 9_000, 0)).toBe(9_000)
    expect(takenAt({ lastModified: 0 }, 9_000, 0)).toBe(9_000)
  })
})

describe('space', () => {
  it('is asked to stay and measured', async () => {
    const storage = { persisted: async () => false, persist: async () => true, estimate: async () => ({ quota: 100, usage: 40 }) }
    expect(await space(storage)).toEqual({ persistent: true, free: 60, used: 40 })
    expect(isLow(await space(storage))).toBe(true)
  })
  it('unknown is not low', async () => {
    expect(isLow(await space({ estimate: async () => { throw new Error('no') } }))).toBe(false)
  })
})

describe('the rescue file', () => {
  it('has the known check sum', () => expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926))
  it('is a ZIP with its directory at the end', async () => {
    const bytes = Buffer.from(await zip([{ name: '照片.txt', bytes: new Uint8Array([1, 2, 3]) }]).arrayBuffer())
    const end = bytes.length - 22
    expect(bytes.readUInt32LE(end)).toBe(0x06054b50)
    const directory = bytes.readUInt32LE(end + 16)
    expect(bytes.readUInt32LE(directory)).toBe(0x02014b50)
    expect(bytes.readUInt32LE(directory + 42)).toBe(0)
    expect(bytes.readUInt32LE(directory + 16)).toBe(crc32(new Uint8Array([1, 2, 3])))
  })
  it('holds what is outstanding', async () => {
    const db = new PhoneDb('rescue')
    await db.drafts.put({ id: 'd1', saved_at: '', place: { id: 'p' }, task: null } as never)
    await db.photos.put({ id: 'f1', owner: 'd1', state: 'held', type: 'image/jpeg', blob: new Blob(['xyz']) } as never)
    const text = await (await rescue(db, 'now')).text()
    expect(text).toContain('photos/f1.jpg')
    expect(text).toContain('xyz')
    expect(text).toContain('"d1"')
  })
})

describe('a code on a door', () => {
  it.each([
    ['HDP-031', 'HDP-031'], [' hdp-031 ', 'HDP-031'], ['https://x.example/m/place/HDP-031', 'HDP-031'],
    ['https://x.example/p?code=HDP-031', 'HDP-031'], ['fengsui:HDP-031', 'HDP-031'],
  ])('%s is read as %s', (text, code) => expect(codeIn(text)).toBe(code))
})

describe('words', () => {
  it('with names become functions, all others stay as they are', () => {
    const words = ready({ a: 'plain', b: { c: '还剩 {n} 天 · {day}' }, d: ['x'] }) as { a: string; b: { c: (v: object) => string }; d: string[] }
    expect([words.a, words.d]).toEqual(['plain', ['x']])
    expect(words.b.c({ named: (key: string) => ({ n: 3, day: '11-28' })[key] })).toBe('还剩 3 天 · 11-28')
  })
})

describe('who uses the phone', () => {
  it('is known until signing out', async () => {
    const who = new Who('who-test')
    expect(await who.known()).toBeNull()
    await who.signedIn('fengsui-1-a')
    expect(await new Who('who-test').known()).toBe('fengsui-1-a')
    await who.signedOut()
    expect(await who.known()).toBeNull()
  })
})
