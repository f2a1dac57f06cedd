// @vitest-environment node
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { PhoneServer, type Said } from '../../../tests/phone-server'
import { Clock } from './clock'
import { PhoneDb, databaseName, outstanding, ownerOf } from './db'
import { accept, answered, begin, finish, inspectionOf, keepPhoto, recheck, report, unable } from './draft'
import { progress } from './progress'
import { Http } from './http'
import { Outbox } from './outbox'
import { sha256 } from '@/shared/photo/hash'
import { apply, sync } from './sync'
import { goingPhotos, parted } from '../ui/trouble'
import { looksAlone, recheckKey, type RecheckForm } from './recheck'
import type { Draft, Entry, Photo, Place, Sheet, Task } from './types'

const AT = '2026-11-25T10:00:00+08:00'
const ME = '01900000-0000-7000-8000-000000000001'
let server: PhoneServer
let db: PhoneDb
let outbox: Outbox
let http: Http
let clock: Clock
let n = 0
const id = () => `01900000-0000-7000-8000-${String(++n).padStart(12, '0')}`

beforeEach(async () => {
  server = new PhoneServer()
  db = new PhoneDb(`test-${id()}`)
  clock = new Clock(() => Date.parse(AT))
  http = new Http(clock, server.fetch)
  outbox = new Outbox(db, http, clock)
  await sync(db, http, AT)
})
afterEach(async () => { await db.delete() })

async function photo(owner: string, bytes: number, item: string | null = 'B01'): Promise<Photo> {
  const content = new Uint8Array(bytes).map((_, i) => (i * 31 + n) & 255)
  const one: Photo = {
    id: id(), owner, item, role: item ? 'item' : 'overview', taken_at: AT, position: null, blob: new Blob([content], { type: 'image/jpeg' }),
    type: 'image/jpeg', bytes, width: 10, height: 10, sha256: await sha256(content), state: 'held', received: 0, trouble: null,
  }
  await keepPhoto(db, one)
  return one
}

async function drafted(photos: number, bytes = 600 * 1024): Promise<Draft> {
  const task = (await db.tasks.toCollection().first()) as Task
  const sheet = (await db.sheets.get(task.place.id))!.sheet as Sheet
  const draft = begin({ id: id(), at: AT }, task.place as Place, sheet, null)
  for (const item of sheet.items) draft.answers[item.code] = answered(undefined, 'pass')
  if (photos) draft.answers['B01'] = answered(draft.answers['B01'], 'fail')
  for (let i = 0; i < photos; i++) draft.answers['B01']!.photos.push((await photo(draft.id, bytes)).id)
  draft.companion.reason = '负责人不在'
  await db.drafts.put(draft)
  return draft
}

const finished = async (photos: number, bytes?: number) => finish(db, await drafted(photos, bytes), ME, AT)
const states = async (entry: string) => (await db.photos.where('owner').equals(entry).toArray()).map((p) => p.state)

describe('an inspection on its way', () => {
  it('is delivered only when every photo is confirmed by its hash', async () => {
    const entry = await finished(2)
    server.road = (asked) => (asked.path.includes('/photos/') ? 'drop' : null)
    expect(await outbox.run()).toBe('unreachable')
    expect((await db.outbox.get(entry.id))!.state).toBe('recorded')
    expect(await states(entry.id)).toEqual(['held', 'held'])
    server.road = () => null
    expect(await outbox.run()).toBe('empty')
    const arrived = (await db.outbox.get(entry.id))!
    expect(arrived.state).toBe('delivered')
    expect(arrived.delivered_at).toBe(AT)
    expect(await states(entry.id)).toEqual(['confirmed', 'confirmed'])
    expect(server.posts).toBe(1)
    expect([...server.uploads.values()].every((u) => u.complete && u.object === `inspection/${entry.id}`)).toBe(true)
  })

  it('tells what the receipt says to who was there, and no more', async () => {
    const draft = await drafted(1)
    await finish(db, { ...draft, task: 'moved' }, ME, AT)
    await outbox.run()
    expect((await db.outbox.get(draft.id))!.said).toEqual(['YH-2026-0012', '检查已登记；任务已取消'])
  })

  it('without photos still waits for its receipt', async () => {
    const entry = await finished(0)
    server.road = (asked) => (asked.path.includes('/receipt') ? 'drop' : null)
    await outbox.run()
    expect((await db.outbox.get(entry.id))!.state).toBe('recorded')
    server.road = () => null
    await outbox.run()
    expect((await db.outbox.get(entry.id))!.state).toBe('delivered')
  })

  it('arrives once although every answer is lost the first time', async () => {
    const entry = await finished(2)
    const heard = new Set<string>()
    server.road = (asked) => {
      const key = `${asked.method} ${asked.path} ${asked.headers['upload-offset'] ?? ''}`
      if (heard.has(key)) return null
      heard.add(key)
      return 'drop after'
    }
    for (let i = 0; i < 40 && (await outbox.run()) !== 'empty'; i++);
    expect((await db.outbox.get(entry.id))!.state).toBe('delivered')
    expect(server.inspections.size).toBe(1)
    expect(server.uploads.size).toBe(2)
  })

  it('sends a photo in parts and goes on where it broke off', async () => {
    const entry = await finished(1, 700 * 1024)
    let parts = 0
    server.road = (asked) => (asked.method === 'PUT' && ++parts === 2 ? 'drop' : null)
    expect(await outbox.run()).toBe('unreachable')
    const half = (await db.photos.where('owner').equals(entry.id).first())!
    expect([half.state, half.received]).toEqual(['held', 256 * 1024])
    server.road = () => null
    server.asked = []
    await outbox.run()
    expect(server.asked.filter((a) => a.startsWith('PUT'))).toHaveLength(2)
    expect((await db.outbox.get(entry.id))!.state).toBe('delivered')
  })

  it('believes the server when it has less than the phone thought, and when it has all', async () => {
    const entry = await finished(2, 300 * 1024)
    await db.photos.where('owner').equals(entry.id).modify((p) => { p.received = 300 * 1024 })
    await outbox.run()
    expect((await db.outbox.get(entry.id))!.state).toBe('delivered')
    expect([...server.uploads.values()].every((u) => u.complete)).toBe(true)
  })

  it('a photo damaged on the way goes again by itself', async () => {
    const entry = await finished(1)
    let broken = false
    server.road = (asked) => {
      if (asked.method !== 'PUT' || broken || asked.headers['upload-offset'] === '0') return null
      broken = true
      return server.answer({ ...asked, body: asked.body.map((b) => b ^ 1) })
    }
    await outbox.run()
    expect((await db.outbox.get(entry.id))!.state).toBe('recorded')
    await outbox.run()
    expect((await db.outbox.get(entry.id))!.state).toBe('delivered')
  })

  it('never counts as delivered what the server keeps under another hash', async () => {
    const entry = await finished(1)
    server.road = (asked) => {
      if (asked.method !== 'PUT') return null
      const said = server.answer(asked)
      const state = said.body as { complete: boolean; sha256: string | null }
      return state.complete ? { status: 200, body: { ...state, sha256: 'f'.repeat(64) } } : said
    }
    await outbox.run()
    expect((await db.outbox.get(entry.id))!.state).toBe('recorded')
    const kept = (await db.photos.where('owner').equals(entry.id).first())!
    expect([kept.state, kept.trouble?.code, kept.blob === null]).toEqual(['refused', 'photo.differs', false])
  })

  it('sends the small data of all before the first photo', async () => {
    await finished(1)
    await finished(1)
    server.asked = []
    await outbox.run()
    const firstPart = server.asked.findIndex((a) => a.startsWith('PUT'))
    const lastRecord = server.asked.lastIndexOf('POST /inspections')
    expect(lastRecord).toBeLessThan(firstPart)
  })

  it('goes on from where a phone switched off in the middle left it', async () => {
    const entry = await finished(1)
    await db.outbox.update(entry.id, { state: 'sending' })
    await db.photos.where('owner').equals(entry.id).modify({ state: 'sending' })
    await outbox.wake()
    expect((await db.outbox.get(entry.id))!.state).toBe('waiting')
    await outbox.run()
    expect((await db.outbox.get(entry.id))!.state).toBe('delivered')
  })
})

describe('what the server refuses', () => {
  const sentence = '检查项 B01 不合格，至少要有一张照片；请拍照'
  const refusal: Said = { status: 422, body: { code: 'validation', detail: sentence, fields: [{ field: 'B01', code: 'inspection.photo_missing', message: sentence }] } }

  it('stays in the phone with its sentence, and goes back into a draft under the same id', async () => {
    const entry = await finished(1)
    server.refuses = refusal
    await outbox.run()
    const refused = (await db.outbox.get(entry.id))!
    expect([refused.state, refused.trouble?.sentence]).toEqual(['refused', sentence])
    expect(await db.photos.where('owner').equals(entry.id).count()).toBe(1)
    expect(await outbox.reopen(entry.id, id)).toBe(entry.id)
    const draft = (await db.drafts.get(entry.id))!
    expect(draft.refusal?.fields[0]?.field).toBe('B01')
    expect(await db.outbox.count()).toBe(0)
    server.refuses = null
    await finish(db, draft, ME, AT)
    await outbox.run()
    expect((await db.outbox.get(entry.id))!.state).toBe('delivered')
  })

  it('holds nothing else up', async () => {
    const first = await finished(0)
    server.road = (asked) => (asked.path.endsWith('/inspections') && server.posts === 0 ? (server.posts++, refusal) : null)
    const second = await finished(0)
    await outbox.run()
    expect((await db.outbox.get(first.id))!.state).toBe('refused')
    expect((await db.outbox.get(second.id))!.state).toBe('delivered')
  })

  it('under an id that another record has becomes a new draft, photos and all', async () => {
    const entry = await finished(1)
    server.inspections.set(entry.id, { other: true, photos: [], answers: [], companion: {} })
    await outbox.run()
    expect((await db.outbox.get(entry.id))!.state).toBe('conflict')
    const next = (await outbox.reopen(entry.id, id))!
    expect(next).not.toBe(entry.id)
    expect((await db.photos.where('owner').equals(next).count())).toBe(1)
    await finish(db, (await db.drafts.get(next))!, ME, AT)
    await outbox.run()
    expect((await db.outbox.get(next))!.state).toBe('delivered')
    expect(server.inspections.size).toBe(2)
  })
})

describe('a road that is not there', () => {
  it('waits longer each time and at once after it was back', async () => {
    await finished(0)
    server.road = () => 'drop'
    const waits = []
    for (let i = 0; i < 8; i++) {
      await outbox.run()
      waits.push(outbox.nextInMs)
    }
    expect(waits).toEqual([5_000, 15_000, 30_000, 60_000, 120_000, 300_000, 300_000, 300_000])
    server.road = () => null
    expect(await outbox.run()).toBe('empty')
  })

  it('a page of a hotel in the place of an answer is no answer', async () => {
    const entry = await finished(0)
    const portal = new Http(new Clock(), async () => new Response('<html>', { status: 200, headers: { 'content-type': 'text/html' } }))
    const there = new Outbox(db, portal, new Clock())
    expect(await there.run()).toBe('unreachable')
    const waiting = (await db.outbox.get(entry.id))!
    expect([waiting.state, waiting.trouble?.code]).toEqual(['waiting', 'net.portal'])
  })

  it('a server that is tired says when to come back', async () => {
    await finished(0)
    server.road = () => ({ status: 429, body: { code: 'too_many', detail: '稍后再试' }, headers: { 'retry-after': '40' } })
    expect(await outbox.run()).toBe('unreachable')
    expect(outbox.nextInMs).toBe(40_000)
  })

  it('a password the office reset refuses nothing: it waits for a new one', async () => {
    const entry = await finished(0)
    server.road = () => ({ status: 403, body: { code: 'password.must_change', detail: '请先修改初始密码' } })
    expect(await outbox.run()).toBe('unknown')
    expect((await db.outbox.get(entry.id))!.state).toBe('waiting')
  })

  it('a second factor the town asks for refuses nothing: it waits until it is set up', async () => {
    const entry = await finished(0)
    server.road = () => ({ status: 403, body: { code: 'totp.must_enrol', detail: '请先启用动态验证码' } })
    expect(await outbox.run()).toBe('unknown')
    expect((await db.outbox.get(entry.id))!.state).toBe('waiting')
  })

  it('a phone that lost its key is led to the login, and everything waits for it', async () => {
    const entry = await finished(1)
    let told = 0
    http.onUnknown = () => { told += 1 }
    server.road = () => ({ status: 401, body: { code: 'session.proof_needed', detail: '这次登录只在登录时的那部手机上有效' } })
    expect(await outbox.run()).toBe('unknown')
    expect(told).toBe(1)
    expect([(await db.outbox.get(entry.id))!.state, await states(entry.id)]).toEqual(['waiting', ['held']])
    server.road = () => null
    expect(await outbox.run()).toBe('empty')
  })

  it('an ended session loses nothing and says so', async () => {
    const entry = await finished(1)
    let told = 0
    http.onUnknown = () => { told += 1 }
    server.signedIn = false
    expect(await outbox.run()).toBe('unknown')
    expect(told).toBe(1)
    expect((await db.outbox.get(entry.id))!.state).toBe('waiting')
    server.signedIn = true
    expect(await outbox.run()).toBe('empty')
  })

  it('what one holds goes out under nobody else who signed in meanwhile, nor does he get what is the other\'s', async () => {
    const name = databaseName('500110106', ME)
    const his = new Outbox(db, http.of(ownerOf(name)), clock)
    const entry = await finished(1)
    let told = 0
    http.onUnknown = () => { told += 1 }
    // The other signs in between the record and its photo, and once more before either.
    for (const before of ['/inspections', '/photos']) {
      server.who = ME
      server.road = (asked) => {
        if (asked.path.includes(before)) server.who = 'somebody-else'
        return null
      }
      expect(await his.run()).toBe('unknown')
      expect([server.inspections.size, server.uploads.size]).toEqual([before === '/photos' ? 1 : 0, 0])
      expect([(await db.outbox.get(entry.id))!.state, await states(entry.id)]).toEqual([before === '/photos' ? 'recorded' : 'waiting', ['held']])
    }
    expect(told).toBe(2)
    server.road = () => null
    const cursor = await db.recall('synced_at')
    expect((await sync(db, http.of(ME), '2026-11-25T11:00:00+08:00')).kind).toBe('problem')
    expect(await db.recall('synced_at')).toBe(cursor)
    server.who = ME
    expect(await his.run()).toBe('empty')
    expect(server.asked.filter((one) => one === 'POST /inspections')).toHaveLength(2)
  })
})

describe('tasks and hazards', () => {
  it('a task is taken on once, before what was done with it, also when it moved on meanwhile', async () => {
    const task = (await db.tasks.get(server.tasks[0]!.id))!
    await accept(db, task, { id: id(), at: AT })
    await accept(db, task, { id: id(), at: AT })
    await unable(db, { ...task, version: 2 }, 'locked', '', { id: id(), at: '2026-11-25T10:05:00+08:00' })
    server.tasks[0]!.version = 9
    expect(await db.outbox.count()).toBe(2)
    expect(await outbox.run()).toBe('empty')
    expect(server.acts.map((a) => a.what)).toEqual(['accept', 'unable'])
  })

  it('what was seen for a task that went to somebody else can still be handed in', async () => {
    const entry = await finished(0)
    await db.outbox.update(entry.id, { draft: { ...entry.draft!, task: 'gone', occasion: 'special' } })
    server.refuses = { status: 422, body: { code: 'task.not_yours', detail: '任务已派给别人' } }
    await outbox.run()
    await outbox.reopen(entry.id, id)
    expect(await db.drafts.get(entry.id)).toMatchObject({ task: null, occasion: 'routine' })
  })

  it('a task others have changed beyond that is left to people', async () => {
    const task = (await db.tasks.get(server.tasks[0]!.id))!
    await unable(db, task, 'locked', '', { id: id(), at: AT })
    Object.assign(server.tasks[0]!, { version: 9, state: 'cancelled' })
    await outbox.run()
    const left = (await db.outbox.toCollection().first())!
    expect(left.state).toBe('conflict')
    await outbox.letGo(left.id)
    expect(await db.outbox.count()).toBe(0)
  })

  it('nobody lets go of an inspection, nor of what is only waiting', async () => {
    const entry = await finished(1)
    await outbox.letGo(entry.id)
    server.refuses = { status: 422, body: { code: 'x', detail: 'y' } }
    await outbox.run()
    await outbox.letGo(entry.id)
    expect(await db.outbox.count()).toBe(1)
  })

  it('a hazard is delivered with its photo', async () => {
    const made = { id: id(), at: AT }
    const shot = await photo(made.id, 5000, null)
    await report(db, { place: { id: server.places[3]!.id, name: '唐家茶馆' }, code: 'H01.1', description: '楼梯堆物', photos: [shot.id], position: null }, made)
    await outbox.run()
    expect((await db.outbox.get(made.id))!.state).toBe('delivered')
    expect(server.uploads.get(shot.id)!.object).toBe(`hazard/${made.id}`)
  })

  it('what a fast clock dated into the future is dated anew, and told once', async () => {
    const made = { id: id(), at: '2026-11-25T11:00:00+08:00' }
    await report(db, { place: { id: server.places[3]!.id, name: '唐家茶馆' }, code: 'H01.1', description: '楼梯堆物', photos: [], position: null }, made)
    server.road = (asked) => {
      const said = JSON.parse(new TextDecoder().decode(asked.body) || '{}') as { happened_at?: string }
      return said.happened_at && said.happened_at > AT ? { status: 422, body: { code: 'hazard.happened_after_recorded', detail: '发生时间晚于现在' } } : null
    }
    await outbox.run()
    expect((await db.outbox.get(made.id))!.state).toBe('delivered')
    expect(server.hazards.get(made.id)!['happened_at']).toBe('2026-11-25T09:59:54+08:00')
  })

  it('a re-check goes with photo, companions and new days when it failed', async () => {
    const made = { id: id(), at: AT }
    const hazard = (await db.rechecks.toCollection().first())!
    const shot = await photo(made.id, 5000, null)
    await recheck(db, hazard, { passed: false, with: ['p2'], photos: [shot.id], note: ' 仍未更换 ', days: 7 }, made)
    await outbox.run()
    expect(server.steps[0]).toMatchObject({ step: 'fail_recheck', version: 4, with: ['p2'], note: '仍未更换', days: { kind: 'calendar', count: 7 } })
    expect((await db.outbox.get(made.id))!.state).toBe('delivered')
  })

  it('a re-check by the finder alone is known before it goes, by what he reported himself', () => {
    expect(looksAlone('h1', [{ id: 'h1' }], [])).toBe(true)
    expect(looksAlone('h1', [{ id: 'h1' }], ['p2'])).toBe(false)
    expect(looksAlone('h1', [{ id: 'h2' }], [])).toBe(false)
  })

  it('a refused re-check goes back into its form, takes a colleague along and arrives', async () => {
    const made = { id: id(), at: AT }
    const hazard = (await db.rechecks.toCollection().first())!
    const shot = await photo(made.id, 5000, null)
    await recheck(db, hazard, { passed: false, with: [], photos: [shot.id], note: '仍未更换', days: 7 }, made)
    server.road = (asked) => (asked.path.endsWith('/steps') ? { status: 422, body: { code: 'hazard.same_person', detail: '不能自己复查自己发现的隐患' } } : null)
    await outbox.run()
    expect((await db.outbox.get(made.id))!.state).toBe('refused')
    expect(await outbox.reopenRecheck(made.id, id)).toBe(hazard.id)
    const form = (await db.recall<RecheckForm>(recheckKey(hazard.id)))!
    expect(form).toMatchObject({ id: made.id, photos: [shot.id], passed: false, beside: [], note: '仍未更换', days: '7', refusal: { code: 'hazard.same_person' } })
    expect([await db.outbox.count(), (await db.photos.get(shot.id))!.state]).toEqual([0, 'held'])
    server.road = () => null
    await recheck(db, hazard, { passed: false, with: ['p2'], photos: form.photos, note: form.note, days: 7 }, { id: form.id, at: AT })
    await outbox.run()
    expect(server.steps.at(-1)).toMatchObject({ step: 'fail_recheck', with: ['p2'] })
    expect((await db.outbox.get(made.id))!.state).toBe('delivered')
  })

  it('a refused re-check of a hazard that waits for none any more stays where it is', async () => {
    const made = { id: id(), at: AT }
    await recheck(db, (await db.rechecks.toCollection().first())!, { passed: true, with: [], photos: [], note: '', days: null }, made)
    await db.outbox.update(made.id, { state: 'refused' })
    await db.rechecks.clear()
    expect(await outbox.reopenRecheck(made.id, id)).toBeNull()
    expect(await db.outbox.count()).toBe(1)
  })

  it('what was not taken is told apart from what goes by itself', () => {
    const one = (name: string, state: Entry['state']) => ({ id: name, state }) as Entry
    const { going, stuck } = parted([one('a', 'waiting'), one('b', 'refused'), one('c', 'conflict'), one('d', 'delivered'), one('e', 'recorded'), one('f', 'recorded')], new Set(['f']))
    expect([going.map((e) => e.id), stuck.map((e) => e.id)]).toEqual([['a', 'e'], ['b', 'c', 'f']])
  })

  it('a picture of a draft is not counted among what is to be sent', () => {
    const photos = ['sent', 'draft'].map((owner) => ({ id: `p-${owner}`, owner }) as Photo)
    expect(goingPhotos([{ id: 'sent' } as Entry], photos).map((one) => one.id)).toEqual(['p-sent'])
  })
})

describe('filling in', () => {
  it('asks for a photo only where an item failed, and for a reason where nothing was looked at', async () => {
    const draft = await drafted(0)
    expect(progress(draft)).toMatchObject({ total: 3, done: 3, failed: 0, missing: [] })
    draft.answers['B01'] = answered(draft.answers['B01'], 'fail')
    draft.answers['B02'] = answered(draft.answers['B02'], 'not_checked')
    delete draft.answers['N01']
    expect(progress(draft).missing).toEqual([
      { item: 'B01', what: 'photo' }, { item: 'B02', what: 'reason' }, { item: 'N01', what: 'answer' },
    ])
  })

  it('keeps what was said when a tap is corrected', () => {
    const failed = { ...answered(undefined, 'fail'), note: '三辆', photos: ['a'] }
    const back = answered(answered(failed, 'pass'), 'fail')
    expect([back.note, back.photos]).toEqual(['三辆', ['a']])
    expect(answered(failed, 'not_applicable', '无此项').reason).toBe('无此项')
    expect(answered({ ...failed, reason: '无此项' }, 'not_checked').reason).toBe('')
  })

  it('numbers go as readings, other words with the note', async () => {
    const draft = await drafted(0)
    draft.sheet.items[0]!.answer = 'count'
    draft.sheet.items[1]!.answer = 'text'
    draft.sheet.items[2]!.answer = 'count'
    draft.answers['B01']!.reading = '1,5'
    Object.assign(draft.answers['B02']!, { reading: '两具', note: '在门后' })
    draft.answers['N01']!.reading = '没数'
    const answers = inspectionOf(draft, ME, AT)['answers'] as { reading?: number; note: string }[]
    expect(answers.map((a) => [a.reading, a.note])).toEqual([[1.5, ''], [undefined, '两具；在门后'], [undefined, '没数']])
  })

  it('a record never ends before it began, and drops the photo nobody named', async () => {
    const draft = await drafted(1)
    await photo(draft.id, 100)
    expect(inspectionOf(draft, ME, '2026-11-25T09:00:00+08:00')['ended_at']).toBe(AT)
    await finish(db, draft, ME, AT)
    expect(await db.photos.where('owner').equals(draft.id).count()).toBe(1)
    expect(await outstanding(db)).toEqual({ entries: 1, drafts: 0, photos: 1 })
  })

  it('a sync does not touch what is being filled in, and takes away what is gone', async () => {
    const draft = await drafted(0)
    const view = (await (await server.fetch('/api/v1/sync')).json()) as never as Parameters<typeof apply>[1]
    await apply(db, { ...view, tasks: view.tasks.slice(1), sheets: {} }, AT)
    expect(await db.tasks.count()).toBe(3)
    expect((await db.drafts.get(draft.id))!.sheet.items).toHaveLength(3)
  })

  it('a picture nothing names leaves after a day, one of a form that was left does not', async () => {
    const orphan = await photo('nobody', 10)
    await db.keep('form:report', { id: 'left' })
    const left = await photo('left', 10)
    const draft = await drafted(1)
    const made = parseInt(orphan.id.replace('-', '').slice(0, 12), 16)
    await outbox.tidy(made + 3_600_000)
    expect(await db.photos.count()).toBe(3)
    await outbox.tidy(made + 2 * 86_400_000)
    expect(new Set((await db.photos.toArray()).map((p) => p.owner))).toEqual(new Set([left.owner, draft.id]))
  })

  it('what arrived leaves the phone after a while, what did not never does', async () => {
    const gone = await finished(1)
    await outbox.run()
    const held = await finished(1)
    await outbox.tidy(Date.parse(AT) + 4 * 86_400_000)
    expect((await db.photos.where('owner').equals(gone.id).first())!.blob).toBeNull()
    await outbox.tidy(Date.parse(AT) + 400 * 86_400_000)
    expect(await db.outbox.toCollection().primaryKeys()).toEqual([held.id])
    expect((await db.photos.toCollection().first())!.blob).not.toBeNull()
  })
})
