// @vitest-environment node
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PhoneServer } from '../../../tests/phone-server'
import { Clock } from './clock'
import { PhoneDb } from './db'
import { answered, begin, inspectionOf, lacksOfEnforcement, photosOf, report } from './draft'
import { Http } from './http'
import { afterKey, askPlaces, beforeKey, fetchBefores, keepPlace, openAt } from './place'
import { blocks, finished } from './progress'
import { sync } from './sync'
import type { Draft, PhotoView, Place, Sheet, Task } from './types'

const AT = '2026-11-25T10:00:00+08:00'
const [ME, OTHER, HELPER] = ['me', 'other', 'helper']
let server: PhoneServer
let db: PhoneDb
let http: Http
let n = 0

beforeEach(async () => {
  server = new PhoneServer()
  db = new PhoneDb(`test-more-${++n}`)
  http = new Http(new Clock(() => Date.parse(AT)), server.fetch)
  await sync(db, http, AT)
})
afterEach(async () => { await db.delete() })

async function drafted(kind = 'routine'): Promise<Draft> {
  const task = { ...((await db.tasks.toCollection().first()) as Task), kind }
  const sheet = (await db.sheets.get(task.place.id))!.sheet as Sheet
  const draft = begin({ id: 'd', at: AT }, task.place as Place, sheet, task)
  for (const item of sheet.items) draft.answers[item.code] = answered(undefined, 'pass')
  return draft
}

describe('an enforcement check', () => {
  it('is begun as one by its task, and says what it lacks until two officers have shown their certificates', async () => {
    const draft = await drafted('enforcement')
    expect(draft.power).toBe('enforcement')
    expect(lacksOfEnforcement(draft, ME, [])).toBe('own')
    expect(lacksOfEnforcement({ ...draft, colleagues: [HELPER] }, ME, [ME, OTHER])).toBe('second')
    const two = { ...draft, colleagues: [HELPER, OTHER] }
    expect(lacksOfEnforcement(two, ME, [ME, OTHER])).toBe('shown')
    expect(inspectionOf(two, ME, AT)).toMatchObject({ power: 'enforcement', showed_certificates: false })
    expect(lacksOfEnforcement({ ...two, showed: true }, ME, [ME, OTHER])).toBeNull()
    expect(inspectionOf({ ...two, showed: true }, ME, AT)).toMatchObject({ inspectors: [ME, HELPER, OTHER], showed_certificates: true })
  })
  it('is the only one that shows certificates', async () => {
    const draft = { ...(await drafted()), showed: true }
    expect(lacksOfEnforcement(draft, ME, [])).toBeNull()
    expect(inspectionOf(draft, ME, AT)).toMatchObject({ power: 'governance', showed_certificates: false })
  })
})

it('what is minor is sent with its picture put right, what is more is not', async () => {
  const draft = await drafted()
  draft.answers['B01'] = { ...answered(undefined, 'fail'), photos: ['p1'], fixed: ['p2'] }
  draft.answers['B02'] = { ...answered(undefined, 'fail'), photos: ['p3'], fixed: ['p4'] }
  const answers = inspectionOf(draft, ME, AT)['answers'] as Record<string, unknown>[]
  expect(answers.find((one) => one['item'] === 'B01')).toMatchObject({ photos: ['p1'], fixed: ['p2'] })
  expect(answers.find((one) => one['item'] === 'B02')).not.toHaveProperty('fixed')
  expect(photosOf(draft)).toEqual(['p1', 'p2', 'p3'])
  draft.answers['B01'] = answered(draft.answers['B01'], 'pass')
  expect((inspectionOf(draft, ME, AT)['answers'] as Record<string, unknown>[])[0]).not.toHaveProperty('fixed')
})

it('a visit of an earlier day says when it was, and not where the papers are', async () => {
  const draft = { ...(await drafted()), position: { lon: 105.9, lat: 29.3, accuracy_m: 5 }, happened: '2026-11-03T15:20' }
  expect(inspectionOf(draft, ME, AT)).toMatchObject({ started_at: '2026-11-03T15:20:00+08:00', ended_at: '2026-11-03T15:20:00+08:00', position: null })
  await report(db, { place: draft.place, code: 'H01.1', description: 'x', photos: [], position: draft.position, happened: '2026-11-03T15:20' }, { id: 'h', at: AT })
  expect((await db.outbox.get('h'))!.body).toMatchObject({ happened_at: '2026-11-03T15:20:00+08:00', position: null })
})

it('a hazard at a place nobody registered says what it is, and nothing where it is known', async () => {
  const seen = { name: '2 组村道岔口', category: 'villager_area', village: '500118100001', address: '' }
  const found = { place: { id: 'new', name: seen.name }, code: 'H02.1', description: 'x', photos: [], position: null }
  await report(db, { ...found, seen }, { id: 'h1', at: AT })
  expect((await db.outbox.get('h1'))!).toMatchObject({ title: seen.name, place: 'new', body: { place: 'new', seen_place: seen } })
  await report(db, { ...found, seen: null }, { id: 'h2', at: AT })
  expect((await db.outbox.get('h2'))!.body).not.toHaveProperty('seen_place')
})

describe('places the phone was not given', () => {
  it('are found on the server, stay through the next sync, and need no network then', async () => {
    const known = (await db.places.toCollection().first()) as Place
    server.register = [{ ...known, id: 'far', name: '远处的酒厂', voided: false, risk: { grade_label: '红' } }, { ...known, id: 'gone', name: '远处的旧厂', voided: true }]
    server.whole = false
    await sync(db, http, AT)
    expect(await db.recall('places_whole')).toBe(false)
    const found = await askPlaces(http, '远处')
    expect(found.map((one) => [one.id, one.grade_label])).toEqual([['far', '红']])
    await keepPlace(db, found[0]!)
    await sync(db, http, AT)
    expect((await db.places.get('far'))?.name).toBe('远处的酒厂')
    server.road = () => 'drop'
    expect(await askPlaces(http, '远处')).toEqual([])
  })
  it('the phone knows what is open at a place before anybody goes in', async () => {
    const open = (await db.rechecks.toCollection().first())!
    expect((await openAt(db, open.place.id)).map((one) => one.id)).toEqual([open.id])
    expect(await openAt(db, 'elsewhere')).toEqual([])
  })
})

it('the pictures one compares are in the phone before anybody looks again, and go when nobody has to', async () => {
  const asked: string[] = []
  const line = { picture: async (path: string) => (asked.push(path), new Blob(['x'], { type: 'image/jpeg' })) } as unknown as Http
  const picture = (name: string, complete: boolean): PhotoView => ({ id: name, complete, early: false, item: null, taken_at: null, height: 1, role: 'fix', sha256: '', width: 1 })
  const open = (await db.rechecks.toCollection().first())!
  await db.rechecks.put({ ...open, pairs: [{ item: null, before: picture('b', true), after: picture('a', true) }, { item: null, before: null, after: picture('coming', false) }] })
  await fetchBefores(db, line)
  await fetchBefores(db, line)
  expect(asked).toEqual(['/photos/b', '/photos/a'])
  expect(await db.recall(afterKey(open.id, 'a'))).toBeTruthy()
  await db.rechecks.clear()
  await fetchBefores(db, line)
  expect([await db.recall(beforeKey(open.id)), await db.recall(afterKey(open.id, 'a'))].filter(Boolean)).toEqual([])
})

it('who comes back finds folded what is finished, but never where he found a fault or was last', async () => {
  const draft = await drafted()
  const all = blocks(draft)
  const lastOf = all.at(-1)!
  expect([...finished(draft)]).toEqual(all.filter((one) => one !== lastOf).map((one) => one.code))
  const first = all[0]!.items[0]!.code
  const { [first]: one, ...others } = draft.answers
  // The last tap was in the first block; a fault with its picture and its kind lacks nothing, and one may still write.
  expect(finished({ ...draft, answers: { ...others, [first]: one! } }).has(all[0]!.code)).toBe(false)
  const failed = { ...draft, answers: { [first]: { ...answered(undefined, 'fail'), photos: ['p1'], chips: ['过期'] }, ...others } }
  expect(finished(failed).has(all[0]!.code)).toBe(false)
  expect(finished({ ...draft, answers: {} }).size).toBe(0)
})
