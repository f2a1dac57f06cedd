// @vitest-environment node
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CaseOptions, FacilityRow, FollowUpView, HouseRow, MyAwayForce, MyCall, MyDispatch, OnSpotInput, PlacardRow, StopUseRow, VisitToSign, WhistleRow, WhistleKind } from '@/shared/api/contract'
import { sha256 } from '@/shared/photo/hash'
import { PhoneServer } from '../../../tests/phone-server'
import { checkedHere, facilityStep, mendedHere, stepUnderWay } from './checked'
import { Clock } from './clock'
import { PhoneDb } from './db'
import type { Entry } from './types'
import { keepPhoto } from './draft'
import { answerCall, answerCircular, answerLicence, answerOrder, answerWhistle, blowWhistle, checkFacility, comeBack, countHouse, doFollowUp, fetchCalls, fetchErrands, fetchOrders, hangPlacard, mendFacility, orderStands, pathOf, patrol, punishOnSpot, receiptCode, reportAway, signVisit, tellReport, whistleStands, whistleSteps, type Circular, type KeptOrders, type Licence } from './errand'
import { Http } from './http'
import { Outbox } from './outbox'
import { gates, type Spot } from './spot'

const AT = '2026-11-25T10:00:00+08:00'
let server: PhoneServer
let db: PhoneDb
let outbox: Outbox
let http: Http
let n = 0
const id = () => `01900000-0000-7000-9000-${String(++n).padStart(12, '0')}`
const made = () => ({ id: id(), at: AT })

beforeEach(async () => {
  server = new PhoneServer()
  db = new PhoneDb(`errand-${id()}`)
  const clock = new Clock(() => Date.parse(AT))
  http = new Http(clock, server.fetch)
  outbox = new Outbox(db, http, clock)
  await fetchErrands(db, http)
})
afterEach(async () => { await db.delete() })

async function photo(owner: string, bytes = 300 * 1024): Promise<string> {
  const content = new Uint8Array(bytes).map((_, i) => (i * 31 + n) & 255)
  const one = id()
  await keepPhoto(db, {
    id: one, owner, item: null, role: 'overview', taken_at: AT, position: null, blob: new Blob([content], { type: 'image/jpeg' }), type: 'image/jpeg',
    bytes, width: 10, height: 10, sha256: await sha256(content), state: 'held', received: 0, trouble: null,
  })
  return one
}
const entry = (one: string) => db.outbox.get(one)
const placard = async () => (await db.recall<PlacardRow[]>('errand:placards'))![0]!

it('asks for no list the person has no right to, and lets go of one whose right was taken away', async () => {
  expect(await db.recall('errand:placards')).not.toBeNull()
  await db.keep('me', { actions: ['follow_up.read'] })
  server.asked = []
  await fetchErrands(db, http)
  expect(server.asked).toEqual(['GET /follow-ups', 'GET /joint-control/to-sign', 'GET /me/away'])
  expect(await db.recall('errand:placards')).toBeNull()
  expect(await db.recall('errand:follow_ups')).not.toBeNull()
})

describe('what the law asks of a phone without a network', () => {
  const first = async <T>(key: string) => (await db.recall<T[]>(key))![0]!

  it('a look at a stopped place, a signature, a count and a penalty each go once, in their turn', async () => {
    const stop = await first<StopUseRow>('errand:stops')
    await patrol(db, stop, { kept: false, text: ' 夜间仍在营业 ' }, made())
    expect(checkedHere(await db.outbox.toArray(), '2026-11-25', 'stop_use').has(stop.id)).toBe(true)
    await signVisit(db, await first<VisitToSign>('errand:visits'), ' 同意 ', made())
    await countHouse(db, await first<HouseRow>('errand:houses'), { lodging: 11, working: null, training: null }, made())
    const place = { id: 'place', name: '老街五金店' }
    const spot = { case: { place: 'place' }, showed: true, heard: true, penalty: { kinds: ['warning'], fine_fen: 0 }, document_no: '0007', text: '事实', paid: '' } as Partial<OnSpotInput> as OnSpotInput
    await punishOnSpot(db, place, spot, made())
    // The line breaks after the server wrote the first down: it is not written a second time.
    server.road = (asked) => (asked.path.includes('/stop-uses/') && server.lawful.length === 0 ? 'drop after' : null)
    expect(await outbox.run()).toBe('unreachable')
    server.road = () => null
    expect(await outbox.run()).toBe('empty')
    expect(server.lawful).toEqual([
      { path: `/stop-uses/${stop.id}/steps`, step: 'patrol', on: '2026-11-25', yes: false, text: '夜间仍在营业' },
      { path: '/inspections/01900000-0000-7000-8000-000000000901/signatures', text: '同意' },
      { path: expect.stringMatching(/^\/houses\/.*\/count$/) as string, lodging: 11, working: null, training: null, counted_on: '2026-11-25', counted_by: '' },
      expect.objectContaining({ path: '/cases/on-spot', on: '2026-11-25', document_no: '0007', showed: true }),
    ])
    expect((await db.outbox.toArray()).map((one) => one.state)).toEqual(['delivered', 'delivered', 'delivered', 'delivered'])
  })

  it('a whistle and a licence go once, however often the line breaks', async () => {
    const kind = await first<WhistleKind>('errand:whistle_kinds')
    const place = { id: 'place', name: '老街五金店' }
    await blowWhistle(db, { kind: kind.code, problem: ' 门市内设气瓶间 ', place, address: '' }, made())
    const licence = await first<Licence>('errand:licences')
    expect([licence.place.name, licence.village.name, licence.heads]).toEqual(['青胡路 41 号自建房', '胡豆坪村', 9])
    await answerLicence(db, licence, { answer: 'verified', text: ' 特行证 甲-1 ', until: null }, made())
    server.road = (asked) => (asked.method === 'POST' && server.lawful.length === 0 ? 'drop after' : null)
    expect(await outbox.run()).toBe('unreachable')
    server.road = () => null
    expect(await outbox.run()).toBe('empty')
    const [blown, answered] = await db.outbox.toArray()
    expect(server.lawful).toEqual([
      { path: '/whistles', id: blown?.id, kind: 'ordinary', problem: '门市内设气瓶间', place: 'place', address: '', origin_kind: '', origin: '' },
      { path: `/houses/checks/${licence.id}/answer`, answer: 'verified', text: '特行证 甲-1', until: null, on: '2026-11-25', version: 4 },
    ])
    expect([blown?.state, answered?.state]).toEqual(['delivered', 'delivered'])
  })

  it('a circular is read and answered, each once and in this order', async () => {
    const came = await first<Circular>('errand:circulars')
    expect(came.id, 'one paper may come to several bodies').toBe('paper~village')
    await answerCircular(db, came, null, made())
    await answerCircular(db, came, ' 已逐户复查 ', made())
    expect(await outbox.run()).toBe('empty')
    expect(server.lawful).toEqual([
      { path: '/papers/paper/answer', org: 'village', acted_on: null, note: '' },
      { path: '/papers/paper/answer', org: 'village', acted_on: '2026-11-25', note: '已逐户复查' },
    ])
  })

  it('keeps no penalty that the law does not allow there', async () => {
    const law = await first<CaseOptions>('errand:law')
    const good: Spot = { item: 'item', colleague: 'p-2', party: '老街五金店', kind: 'citizen', age: '40', cause: '堵塞', text: '事实', penalty: 'fine', no: '0007', paid: '', showed: true, heard: true, unrelated: true, fine_fen: 20_000 }
    expect(gates(good, law, '2026-11-30')).toEqual([])
    expect(gates(good, null, '2026-11-30')).toEqual(['offline'])
    // The delegation ends with the thirtieth.
    expect(gates(good, law, '2026-12-01')).toEqual(['expired'])
    for (const [change, gate] of [
      [{ fine_fen: 20_001 }, 'limit'], [{ kind: 'organisation', fine_fen: 300_001 }, 'limit'], [{ fine_fen: null }, 'amount'], [{ paid: 'spot_small' }, 'taken'], [{ colleague: 'p-1' }, 'colleague'], [{ colleague: 'p-3' }, 'lacks'],
      [{ unrelated: false }, 'related'], [{ age: '13' }, 'minor'], [{ showed: false }, 'shown'], [{ heard: false }, 'heard'], [{ no: ' ' }, 'number'], [{ text: '' }, 'facts'], [{ item: '' }, 'item'], [{ penalty: 'confiscate' }, 'range'],
    ] as const) expect(gates({ ...good, ...change }, law, '2026-11-25'), gate).toContain(gate)
    expect(gates(good, { ...law, me: 'p-3' }, '2026-11-25')).toContain('own')
  })
})

describe('an absence reported without a network', () => {
  it('goes once, and so does coming back', async () => {
    const [mine] = (await db.recall<MyAwayForce[]>('errand:away'))!
    server.road = (asked) => (asked.path.endsWith('/me/away') && server.absences.length === 0 ? 'drop after' : null)
    await reportAway(db, mine!.force, { from: '2026-11-26', to: '2026-11-27', reason: ' 家中有事 ' }, made())
    expect(await outbox.run()).toBe('unreachable')
    server.road = () => null
    await comeBack(db, mine!.force, '2026-11-26', made())
    expect(await outbox.run()).toBe('empty')
    expect(server.absences).toEqual([
      { path: '/me/away', force: 'f', from: '2026-11-26', to: '2026-11-27', reason: '家中有事' },
      { path: '/me/away/back', force: 'f', from: '2026-11-26' },
    ])
    expect((await db.outbox.where('state').notEqual('delivered').count())).toBe(0)
  })
})

describe('a facility looked at without a network', () => {
  const due = async () => (await db.recall<FacilityRow[]>('errand:facilities'))![0]!

  it('goes once with what was found, then its picture, and leaves the list of the day', async () => {
    const own = made()
    await checkFacility(db, await due(), { good: false, text: ' 漏水 ', photos: [await photo(own.id)] }, own)
    expect(checkedHere(await db.outbox.toArray(), '2026-11-25').has((await due()).id)).toBe(true)
    server.road = (asked) => (asked.path.endsWith('/steps') && server.checks.length === 0 ? 'drop after' : null)
    expect(await outbox.run()).toBe('unreachable')
    server.road = () => null
    expect(await outbox.run()).toBe('empty')
    expect((await entry(own.id))!.state).toBe('delivered')
    expect(server.checks).toEqual([expect.objectContaining({ step: 'check', good: false, text: '漏水', on: '2026-11-25', version: 4 })])
    expect([...server.uploads.values()].map((one) => one.object)).toEqual([`facility/${(await due()).id}`])
    expect(checkedHere(await db.outbox.toArray(), '2027-02-25').size).toBe(0)
  })

  it('stands when somebody else wrote something down meanwhile, and is put to its person when it is out of service', async () => {
    const own = made()
    await checkFacility(db, await due(), { good: true, text: '', photos: [] }, own)
    server.facilities = [{ ...server.facilities[0]!, version: 5 }]
    expect(await outbox.run()).toBe('empty')
    expect(server.checks).toEqual([expect.objectContaining({ good: true, version: 5 })])
    server.facilities = [{ ...server.facilities[0]!, version: 6, stage: { code: 'fault', label: '故障' } }]
    const other = made()
    await checkFacility(db, await due(), { good: true, text: '', photos: [] }, other)
    await outbox.run()
    expect((await entry(other.id))!.state).toBe('conflict')
  })
})

describe('a facility repaired where it stands', () => {
  it('is begun and ended in order, each step kept until it went, and put to its person when somebody was quicker', async () => {
    const one = (await db.recall<FacilityRow[]>('errand:facilities'))![0]!
    server.facilities = [{ ...server.facilities[0]!, version: 5, stage: { code: 'fault', label: '故障' } }]
    expect(facilityStep('fault')).toBe('repair')
    await fetchErrands(db, http)
    const [fault] = (await db.recall<FacilityRow[]>('errand:faults'))!
    expect([fault!.id, mendedHere(await db.outbox.toArray(), fault!)]).toEqual([one.id, false])
    const begun = made()
    await mendFacility(db, { ...one, version: 4 }, { step: 'repair', text: '', cost: 0, photos: [] }, begun)
    expect(stepUnderWay(await db.outbox.toArray(), one.id, 'repair')).toBe(true)
    expect(checkedHere(await db.outbox.toArray(), '2026-11-25').size).toBe(0)
    expect(await outbox.run()).toBe('empty')
    expect(server.checks).toEqual([expect.objectContaining({ step: 'repair', cost_fen: null, version: 5 })])
    expect(stepUnderWay(await db.outbox.toArray(), one.id, 'repair')).toBe(false)
    expect(mendedHere(await db.outbox.toArray(), { ...fault!, version: 4 }), 'the list was drawn up before').toBe(true)
    server.facilities = [{ ...server.facilities[0]!, version: 6, stage: { code: 'repairing', label: '维修中' } }]
    await fetchErrands(db, http)
    const [begins] = (await db.recall<FacilityRow[]>('errand:faults'))!
    expect([begins!.stage.code, mendedHere(await db.outbox.toArray(), begins!)], 'the next step is another').toEqual(['repairing', false])
    await mendFacility(db, { ...one, version: 6 }, { step: 'restore', text: '换了阀门', cost: 35_000, photos: [] }, made())
    expect(await outbox.run()).toBe('empty')
    expect(server.checks.at(-1)).toMatchObject({ step: 'restore', cost_fen: 35_000, text: '换了阀门' })
    server.facilities = [{ ...server.facilities[0]!, version: 9, stage: { code: 'in_service', label: '在用' } }]
    const late = made()
    await mendFacility(db, { ...one, version: 6 }, { step: 'restore', text: '', cost: 0, photos: [] }, late)
    await outbox.run()
    expect((await entry(late.id))!.state).toBe('conflict')
  })
})

describe('a placard hung up without a network', () => {
  it('goes with its picture first, then its words, once', async () => {
    const own = made()
    await hangPlacard(db, await placard(), [await photo(own.id)], own)
    server.road = () => 'drop'
    expect(await outbox.run()).toBe('unreachable')
    server.road = (asked) => (asked.path.endsWith('/post') && server.hung.length === 0 ? 'drop after' : null)
    expect(await outbox.run()).toBe('unreachable')
    server.road = () => null
    expect(await outbox.run()).toBe('empty')
    expect((await entry(own.id))!.state).toBe('delivered')
    expect(server.hung).toHaveLength(1)
    expect(server.hung[0]).toMatchObject({ print: 2, on: '2026-11-25' })
    expect((await db.photos.toArray()).map((one) => one.state)).toEqual(['confirmed'])
  })

  it('names the print that hangs when somebody printed a newer one meanwhile', async () => {
    const own = made()
    await hangPlacard(db, await placard(), [await photo(own.id)], own)
    server.placards = [{ ...server.placards[0]!, version: 4, prints_n: 3 }]
    expect(await outbox.run()).toBe('empty')
    expect(server.hung).toEqual([expect.objectContaining({ print: 2, version: 4 })])
  })

  it('does not hold up what came after it, and is put to its person when it was taken down', async () => {
    const own = made()
    await hangPlacard(db, await placard(), [await photo(own.id)], own)
    server.placards = [{ ...server.placards[0]!, version: 4, standing: 'void' }]
    const item = (await db.recall<FollowUpView[]>('errand:follow_ups'))![0]!
    const other = made()
    await doFollowUp(db, item, { text: '十二处都核对了', photos: [await photo(other.id)] }, other)
    await outbox.run()
    expect([(await entry(own.id))!.state, (await entry(other.id))!.state]).toEqual(['conflict', 'delivered'])
    expect(server.done).toEqual([expect.objectContaining({ text: '十二处都核对了', version: 1 })])
    expect([...server.uploads.values()].map((one) => one.object).sort()).toEqual([`follow_up/${item.id}`, `placard/${server.placards[0]!.id}`])
  })
})

describe('a battery that gives out', () => {
  /** The phone is off before its n-th write from now: nothing after it is written down. */
  function dies(n: number): void {
    let left = n
    for (const table of [db.outbox, db.photos]) table.hook('updating', () => { if (--left < 0) throw new Error('off') })
  }
  const works = {
    placard: async (own: ReturnType<typeof made>) => hangPlacard(db, await placard(), [await photo(own.id)], own),
    facility: async (own: ReturnType<typeof made>) => checkFacility(db, (await db.recall<FacilityRow[]>('errand:facilities'))![0]!, { good: true, text: '出水正常', photos: [await photo(own.id)] }, own),
    told: async (own: ReturnType<typeof made>) => tellReport(db, { receipt: receiptCode(), matter: 'wiring', title: '电线', content: '', voice: 'IyFBTVIK', place: null, territory: '500110106201', address: '3 组', name: '金丝雀', phone: '13977776666', photos: [await photo(own.id)] }, own),
  }
  it.each(Object.entries(works))('at any write leaves all of it or nothing: %s', async (_, work) => {
    let died = 0
    for (let write = 0; ; write++) {
      server = new PhoneServer()
      db = new PhoneDb(`dies-${id()}`)
      const clock = new Clock(() => Date.parse(AT))
      http = new Http(clock, server.fetch)
      await fetchErrands(db, http)
      const own = made()
      await work(own)
      dies(write)
      const whole = await new Outbox(db, http, clock).run().then(() => true, () => false)
      if (!whole) died++
      db.close()
      // Switched on again.
      db = new PhoneDb(db.name)
      const [kept] = await db.outbox.toArray()
      const pictures = async () => (await db.photos.toArray()).map((one) => one.state)
      if (kept?.state === 'delivered') expect([await pictures(), JSON.stringify(kept).includes('金丝雀')], `before write ${write}`).toEqual([['confirmed'], false])
      if (kept?.state === 'recorded') expect(JSON.stringify(kept).includes('金丝雀'), `before write ${write}`).toBe(false)
      outbox = new Outbox(db, http, clock)
      await outbox.wake()
      expect(await outbox.run(), `before write ${write}`).toBe('empty')
      expect([(await entry(own.id))!.state, await pictures()], `before write ${write}`).toEqual(['delivered', ['confirmed']])
      expect([server.hung.length, server.checks.length, server.reports.size].reduce((sum, n) => sum + n), `before write ${write}`).toBe(1)
      if (whole) break
      await db.delete()
    }
    expect(died).toBeGreaterThan(3)
  })

  it('of an older version between the words and the picture is set right when the phone is switched on', async () => {
    const own = made()
    await works.placard(own)
    await outbox.run()
    await db.photos.where('owner').equals(own.id).modify({ state: 'uploaded' })
    await outbox.wake()
    expect((await db.photos.toArray()).map((one) => one.state)).toEqual(['confirmed'])
  })
})

describe('what a villager told', () => {
  it('waits with its voice for a network, arrives once, and then is in no phone', async () => {
    expect(await db.recall('voice_s')).toBe(45)
    const own = made()
    const shot = await photo(own.id)
    const told = { receipt: receiptCode(), matter: 'wiring', title: '电线', content: '', voice: 'IyFBTVIK', place: null, territory: '500110106201', address: '3 组', name: '金丝雀', phone: '13977776666', photos: [shot] }
    await tellReport(db, told, own)
    server.road = () => 'drop'
    expect(await outbox.run()).toBe('unreachable')
    expect((await entry(own.id))!.body).toMatchObject({ voice: 'IyFBTVIK', name: '金丝雀' })
    let lost = 0
    server.road = (asked) => (asked.path === '/api/v1/report-cases' && lost++ === 0 ? 'drop after' : null)
    while ((await outbox.run()) !== 'empty');
    expect([...server.reports.values()]).toEqual([expect.objectContaining({ id: own.id, channel: 'grid', receipt: told.receipt, voice: 'IyFBTVIK', photos: [shot], lon: null })])
    expect([...server.uploads.values()].map((one) => one.object)).toEqual([`report_case/${own.id}`])
    const kept = (await entry(own.id))!
    expect([kept.state, JSON.stringify(kept).includes('金丝雀'), JSON.stringify(kept).includes('IyFBTVIK')]).toEqual(['delivered', false, false])
  })

  it('has a receipt of its own that nobody guesses or misreads', () => {
    const codes = Array.from({ length: 50 }, receiptCode)
    expect(new Set(codes).size).toBe(50)
    for (const one of codes) expect(one).toMatch(/^([2-9A-HJKMNP-Z]{4}-){6}[2-9A-HJKMNP-Z]{4}$/)
  })
})

describe('a call', () => {
  const call = { test: 't1', note: '', force: { id: 'f', name: '青峰镇消防站' }, started_at: AT, within_s: 60, after_s: null } as MyCall

  it('is heard, and answered once however often the button is pressed and however the line breaks', async () => {
    server.calls = [call]
    expect(await fetchCalls(db, http)).toBe(true)
    const [heard] = (await db.recall<MyCall[]>('calls'))!
    const first = await answerCall(db, heard!, made())
    expect(await answerCall(db, heard!, made())).toBeNull()
    server.road = (asked) => (asked.path === `/api/v1${pathOf(call)}` ? 'drop after' : null)
    await outbox.now(first!)
    expect((await entry(first!))!.state).toBe('waiting')
    server.road = () => null
    expect(await outbox.run()).toBe('empty')
    expect([(await entry(first!))!.state, server.answered]).toEqual(['delivered', ['t1']])
  })

  it('does not wait behind the pictures of an inspection', async () => {
    const own = made()
    await hangPlacard(db, await placard(), [await photo(own.id)], own)
    let release = (): void => {}
    const slow = new Promise<void>((done) => { release = done })
    const real = server.fetch
    http = new Http(new Clock(() => Date.parse(AT)), (async (input: RequestInfo | URL, init?: RequestInit) => {
      if (init?.method === 'PUT') await slow
      return real(input as never, init as never)
    }) as typeof fetch)
    outbox = new Outbox(db, http, new Clock(() => Date.parse(AT)))
    const running = outbox.run()
    const answer = await answerCall(db, call, made())
    await outbox.now(answer!)
    expect([(await entry(answer!))!.state, server.hung.length]).toEqual(['delivered', 0])
    release()
    await running
    expect(server.hung).toHaveLength(1)
  })

  it('answered by radio meanwhile is answered', async () => {
    server.answered = ['t1']
    const answer = await answerCall(db, call, made())
    await outbox.now(answer!)
    expect((await entry(answer!))!.state).toBe('delivered')
  })
})

describe('an order', () => {
  const order = { id: 'o1', code: 'JQ-0001', place: null, address: '老街 1 号', state: { code: 'called', label: '' }, actions: ['accepted', 'en_route', 'on_scene', 'declined', 'cancelled'], stamps: [] } as unknown as MyDispatch

  it('is read without a network as it was told last, and what is tapped then goes out once with its own time', async () => {
    server.orders = [order as never]
    await fetchOrders(db, http, AT)
    server.road = () => 'drop'
    expect((await fetchOrders(db, http, '2026-11-25T10:05:00+08:00')).kind).toBe('unreachable')
    expect(await db.recall<KeptOrders>('orders')).toEqual({ items: [order], at: AT })
    const at = (minute: string) => ({ id: id(), at: `2026-11-25T10:${minute}:00+08:00` })
    await answerOrder(db, order, 'accepted', '', at('01'))
    expect(await answerOrder(db, order, 'accepted', '', at('02')), 'pressed twice is said once').toBeNull()
    const stands = orderStands(order, await db.outbox.toArray())
    expect([stands.state, stands.actions, stands.waiting.length]).toEqual(['accepted', ['en_route', 'on_scene', 'declined'], 1])
    await answerOrder(db, order, 'on_scene', '', at('09'))
    expect(await outbox.run()).toBe('unreachable')
    // The line breaks after the server wrote the first down: it is not written a second time.
    server.road = (asked) => (asked.path.endsWith('/steps') && server.lawful.length === 0 ? 'drop after' : null)
    while ((await outbox.run()) !== 'empty');
    expect(server.lawful).toEqual([
      { path: '/dispatches/o1/steps', state: 'accepted', at: '2026-11-25T10:01:00+08:00', reason: '' },
      { path: '/dispatches/o1/steps', state: 'on_scene', at: '2026-11-25T10:09:00+08:00', reason: '' },
    ])
    expect(orderStands(order, await db.outbox.toArray())).toEqual({ state: 'called', actions: ['accepted', 'en_route', 'on_scene', 'declined'], waiting: [], refused: undefined })
  })
  it('what was refused is said until something later is on record', () => {
    const stamped = (at: string) => ({ ...order, stamps: [{ state: { code: 'called', zh: '' }, at, by: { id: 'p', name: '' } }] }) as unknown as MyDispatch
    const entry = { path: '/dispatches/o1/steps', state: 'refused', created_at: '2026-11-25T10:05:00+08:00', body: { state: 'returned' } } as unknown as Entry
    expect(orderStands(stamped('2026-11-25T10:00:00+08:00'), [entry]).refused).toBe(entry)
    expect(orderStands(stamped('2026-11-25T10:06:00+08:00'), [entry]).refused).toBeUndefined()
  })
})

it('lists that are not this person\'s leave the phone, the others stay', async () => {
  expect(await db.recall('errand:evidence')).toBeNull()
  await db.keep('errand:evidence', [])
  await fetchErrands(db, http)
  expect(await db.recall('errand:evidence')).toBeNull()
  server.road = () => 'drop'
  await fetchErrands(db, http)
  expect(await db.recall<PlacardRow[]>('errand:placards')).toHaveLength(1)
})

it('answers a whistle as the desk does: what its body may do where it stands, on site with time and place', async () => {
  expect(whistleSteps('waiting')).toEqual(['arrive', 'receive', 'refuse'])
  expect(whistleSteps('arrived')).toEqual(['opine', 'finish'])
  // What was told and is not listed yet is not asked for again.
  expect(['', 'receive', 'receive arrive', 'refuse', 'refuse arrive', 'arrive opine', 'arrive finish'].map((told) => whistleStands('waiting', told.split(' ').filter(Boolean))))
    .toEqual(['waiting', 'received', 'arrived', 'refused', 'arrived', 'arrived', 'done'])
  expect(whistleStands('arrived', ['receive'])).toBe('arrived')
  expect(whistleSteps('done')).toEqual([])
  const whistle = { id: id(), code: '哨-1', place: null, address: '老街 21 号' } as WhistleRow
  const here = { lon: 105.87, lat: 29.26, accuracy_m: 20, at: AT } as never
  await answerWhistle(db, whistle, { step: 'refuse', text: ' 不归我办 ', position: here }, made())
  await answerWhistle(db, whistle, { step: 'arrive', text: '', position: here }, made())
  const [refused, there] = await db.outbox.orderBy('id').toArray()
  expect(refused?.path).toBe(`/whistles/${whistle.id}/steps`)
  expect(refused?.body).toEqual({ step: 'refuse', text: '不归我办' })
  expect(there?.body).toEqual({ step: 'arrive', text: '', at: AT, position: here })
})
