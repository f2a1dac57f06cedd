// @vitest-environment node
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { PhoneServer } from '../../../tests/phone-server'
import { Clock } from './clock'
import { PhoneDb } from './db'
import { accept, report } from './draft'
import { Http } from './http'
import { Outbox } from './outbox'
import { sync } from './sync'
import { anchored, reawoken, timed } from './timing'
import type { Task } from './types'

const AT = '2026-11-25T10:00:00+08:00'
const FOUND = { place: { id: 'p', name: '茶馆' }, code: 'H01.1', description: '', photos: [], position: null }
let server: PhoneServer
let db: PhoneDb
let http: Http
let n = 0
let counted = 0

beforeEach(async () => {
  counted = 1_000
  vi.spyOn(performance, 'now').mockImplementation(() => counted)
  reawoken(null)
  server = new PhoneServer()
  db = new PhoneDb(`timing-${++n}`)
  http = new Http(new Clock(() => Date.parse(AT)), server.fetch)
})
afterEach(async () => {
  vi.restoreAllMocks()
  await db.delete()
})

describe('what is done without a network', () => {
  it('says with its record what was counted since the server last told the time', async () => {
    await sync(db, http, AT)
    counted += 90_000
    const [task] = await db.tasks.toArray()
    await accept(db, task as Task, { id: '01900000-0000-7000-8000-000000000f01', at: AT })
    counted += 3_600_000
    const said: (string | undefined)[] = []
    server.road = ({ path, headers }) => {
      if (path.endsWith('/accept')) said.push(headers['x-fengsui-time'])
      return null
    }
    await new Outbox(db, http, new Clock(() => Date.parse(AT))).run()
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(/^anchor-1 90000 \d{13}$/)
  })

  it('is not counted over a page begun anew, but still hangs on what was told before', async () => {
    await sync(db, http, AT)
    expect(await db.recall('anchor')).toBe('anchor-1')
    reawoken(await db.recall('anchor'))
    await report(db, FOUND, { id: 'h1', at: AT })
    expect((await db.outbox.get('h1'))?.time).toMatchObject({ anchor: 'anchor-1', elapsed: null })
    anchored('anchor-2')
    counted += 5
    expect(timed()).toMatchObject({ anchor: 'anchor-2', elapsed: 5 })
  })

  it('says nothing of what is brought in from paper, or when nobody ever told the time', async () => {
    await report(db, FOUND, { id: 'h1', at: AT })
    expect((await db.outbox.get('h1'))?.time).toBeNull()
    anchored('anchor-1')
    await report(db, { ...FOUND, happened: '2026-11-20T09:00' }, { id: 'h2', at: AT })
    expect((await db.outbox.get('h2'))?.time).toBeNull()
  })
})
