// What is to be done beside inspections: a call to answer, placards to hang up, items owed, evidence to record. What the
// office asks for is fetched when it can be and kept; what was done leaves by the outbox like everything else.

import type { CaseOptions, FacilityDue, FacilityPage, FacilityRow, FollowUpView, HouseAnswer, HouseCountInput, HouseList, HouseRow, HouseWait, MyAway, MyAwayForce, MyCall, MyCalls, MyDispatch, MyDispatches, Named, OnSpotInput, PlacardPage, PlacardRow, ReceivedPage, ReportCaseInput, ReportCaseOptions, ReportCasePage, ReportCaseStep, ReportCaseView, StopUseList, StopUseRow, StopUseStep, VisitsToSign, VisitToSign, WhistleInput, WhistleKind, WhistleList, WhistleOptions, WhistleRow } from '@/shared/api/contract'
import type { DutyOption, EvidenceOptions, NeedOption } from '@/features/evidence/types'
import type { PhoneDb } from './db'
import { blank, type Made } from './draft'
import type { Http, Reply } from './http'
import type { Entry, Me, Position } from './types'

/** Rows of a list a phone takes along. */
const MOST = 100
/** Houses a phone takes along. */
const MOST_HOUSES = 500

/** Each list by itself: one that is not this person's, or did not get through, keeps nobody from the others. `needs`: the right without
 * which the server has nothing to tell, and is not asked. */
const LISTS = {
  'errand:placards': { needs: 'placard.read', path: '/placards?standing=owed', rows: (said: PlacardPage): PlacardRow[] => said.items.slice(0, MOST) },
  'errand:follow_ups': { needs: 'follow_up.read', path: '/follow-ups?mine=true&state=open&limit=100', rows: (said: { items: FollowUpView[] }): FollowUpView[] => said.items },
  'errand:whistles': { needs: 'whistle.read', path: '/whistles?mine=true&limit=100', rows: (said: WhistleList): WhistleRow[] => said.items.filter((one) => ['waiting', 'received', 'refused', 'arrived'].includes(one.mine?.code ?? '')).slice(0, MOST) },
  'errand:whistle_kinds': { needs: 'whistle.read', path: '/whistles/options', rows: (said: WhistleOptions): WhistleKind[] => said.kinds },
  'errand:reports': { needs: 'report_case.read', path: '/report-cases?mine=true&stage=assigned&limit=50', rows: (said: ReportCasePage): ReportCasePage['items'] => said.items },
  'errand:facilities': { needs: 'facility.read', path: '/facilities/due?mine=true', rows: (said: FacilityDue): FacilityRow[] => [...said.late, ...said.coming].slice(0, MOST) },
  'errand:faults': { needs: 'facility.check', path: '/facilities?mine=true&stage=fault,repairing&limit=100', rows: (said: FacilityPage): FacilityRow[] => said.items.slice(0, MOST) },
  'errand:stops': { needs: 'stop_use.read', path: '/stop-uses?stage=stopped,return_asked,checked', rows: (said: StopUseList): StopUseRow[] => said.items.filter((one) => one.may_patrol).slice(0, MOST) },
  'errand:visits': { needs: null, path: '/joint-control/to-sign', rows: (said: VisitsToSign): VisitToSign[] => said.items.slice(0, MOST) },
  'errand:houses': { needs: 'place.read', path: '/houses', rows: (said: HouseList): HouseRow[] => (said.may_count ? said.items.slice(0, MOST_HOUSES) : []) },
  'errand:licences': { needs: 'place.read', path: '/houses?mine=true', rows: (said: HouseList): Licence[] => said.items.flatMap((house) => house.waits.map((one) => ({ ...one, place: house.place, village: house.village, heads: house.heads }))).slice(0, MOST) },
  'errand:law': { needs: 'enforcement.index', path: '/cases/options', rows: (said: CaseOptions): CaseOptions[] => (said.may_open ? [said] : []) },
  'errand:circulars': { needs: 'paper.receive', path: '/papers/received?open=true', rows: (said: ReceivedPage): Circular[] => said.items.filter((one) => one.receipt.mine).slice(0, MOST).map((one) => ({ ...one, id: circularId(one) })) },
  'errand:away': { needs: null, path: '/me/away', rows: (said: MyAway): MyAwayForce[] => said.items },
  'errand:evidence': { needs: 'evidence.record', path: '/evidence/options', rows: (said: EvidenceOptions): DutyOption[] => said.items.filter(isAsked) },
} as const

/** A paper that came to a body this person receives for: one paper may come to several of them. */
export type Circular = ReceivedPage['items'][number] & { id: string }
export const circularId = (one: ReceivedPage['items'][number]): string => `${one.paper.id}~${one.receipt.org.id}`

/** What one's own department is asked about a house, and which house. */
export interface Licence extends HouseWait { place: Named; village: Named; heads: number | null }

/** A duty that lacks a record somebody can make by telling and showing. What sets duties off is recorded at a desk. */
function isAsked(duty: DutyOption): boolean {
  return duty.missing_n > 0 && duty.cases.length > 0 && duty.needs.some((need) => !need.is_trigger)
}

/** Fetches the lists. A right that was taken away takes its list along. They change together, so that nothing moves away under a thumb. */
export async function fetchErrands(db: PhoneDb, http: Http): Promise<void> {
  const said = new Map<string, unknown[] | null>()
  let lost = false
  const me = await db.recall<Me>('me')
  // Who is not known yet asks for all of it.
  const may = (action: string | null): boolean => !action || !me || me.actions.includes(action)
  for (const [key, list] of Object.entries(LISTS)) {
    if (!may(list.needs)) {
      said.set(key, null)
      continue
    }
    const reply = await http.ask<never>(list.path, { timeoutMs: 30_000 })
    if (reply.kind === 'unreachable') {
      lost = true
      break
    }
    if (reply.kind === 'ok') said.set(key, list.rows(reply.data))
    else if (reply.status === 403) said.set(key, null)
  }
  await db.transaction('rw', db.kept, async () => {
    for (const [key, rows] of said) await (rows ? db.keep(key, rows) : db.kept.delete(key))
  })
  if (lost || !may('report_case.read')) return
  await fetchReports(db, http)
  const options = await http.ask<ReportCaseOptions>('/report-cases/options', { timeoutMs: 30_000 })
  if (options.kind === 'ok') await db.keep('voice_s', options.data.voice.most_s)
}

/** Each report this person's body is to look at, whole: the list shows only how it begins. */
async function fetchReports(db: PhoneDb, http: Http): Promise<void> {
  const rows = (await db.recall<{ id: string; version: number }[]>('errand:reports')) ?? []
  const kept = await db.kept.where('key').startsWith('report:').primaryKeys()
  await db.kept.bulkDelete(kept.filter((key) => !rows.some((row) => key === `report:${row.id}`)))
  for (const row of rows) {
    const known = await db.recall<ReportCaseView>(`report:${row.id}`)
    if (known?.version === row.version) continue
    const reply = await http.ask<ReportCaseView>(`/report-cases/${row.id}`, { timeoutMs: 15_000 })
    if (reply.kind === 'unreachable') return
    if (reply.kind === 'ok') await db.keep(`report:${row.id}`, reply.data)
  }
}

/** What a look at a report came to. Unfounded is only proposed: somebody else decides. */
export interface Look { finding: 'confirmed' | 'partly' | 'unfounded'; text: string; photos: string[]; find: { hazard_code: string; description: string } | null }

export async function lookAt(db: PhoneDb, report: ReportCaseView, look: Look, made: Made): Promise<void> {
  const unfounded = look.finding === 'unfounded'
  const body: Partial<ReportCaseStep> = {
    step: unfounded ? 'doubt' : 'handle', finding: unfounded ? null : look.finding, text: look.text.trim(), photos: look.photos,
    find: look.find && !unfounded ? { place: null, ...look.find } : null, version: report.version,
  }
  await db.outbox.add({
    ...blank('report_look', made), title: `${report.code} · ${report.place?.name ?? report.address}`, path: `/report-cases/${report.id}/steps`,
    body: { ...body }, photos: look.photos, about: { kind: 'report_case', id: report.id },
  })
}

/** Asks whether a running call test waits for this person. Gives whether the server was reached. */
export async function fetchCalls(db: PhoneDb, http: Http): Promise<boolean> {
  const reply = await http.ask<MyCalls>('/me/calls', { timeoutMs: 10_000 })
  if (reply.kind !== 'ok') return reply.kind === 'problem'
  const before = await db.recall<MyCall[]>('calls')
  if (JSON.stringify(before ?? []) !== JSON.stringify(reply.data.items)) await db.keep('calls', reply.data.items)
  return true
}

/** Answers a call, once: who presses again, or presses in two windows, has answered already. */
export async function answerCall(db: PhoneDb, call: MyCall, made: Made): Promise<string | null> {
  return db.transaction('rw', db.outbox, async () => {
    const known = await db.outbox.filter((entry) => entry.kind === 'call' && entry.path === pathOf(call)).first()
    if (known) return null
    await db.outbox.add({ ...blank('call', made), title: call.force.name, path: pathOf(call), body: {} })
    return made.id
  })
}

/** Where a call is answered; also names it among the entries. */
export const pathOf = (call: Pick<MyCall, 'test'>): string => `/call-tests/${call.test}/answer`

/** Orders as the office told them last, and when. */
export interface KeptOrders { items: MyDispatch[]; at: string }

/** Asks who is called where. What was told last stays readable in a valley. Gives the refusal, if it is one. */
export async function fetchOrders(db: PhoneDb, http: Http, at: string): Promise<Reply<MyDispatches>> {
  const reply = await http.ask<MyDispatches>('/me/dispatches', { timeoutMs: 10_000 })
  if (reply.kind === 'ok') await db.keep('orders', { items: reply.data.items, at } satisfies KeptOrders)
  return reply
}

/** Where an answer to an order goes; also names it among the entries. */
export const orderPath = (id: string): string => `/dispatches/${id}/steps`

/** What an answered order leads to, as long as the office has not said more. */
const THEN: Record<string, string[]> = { accepted: ['en_route', 'on_scene', 'declined'], en_route: ['on_scene', 'returned'], on_scene: ['returned'] }

/** An order as it stands with what was tapped here since: what may be said next, and what is not there yet. */
export function orderStands(order: MyDispatch, entries: Entry[]): { state: string; actions: string[]; waiting: Entry[]; refused?: Entry } {
  const own = entries.filter((entry) => entry.path === orderPath(order.id)).sort((a, b) => (a.created_at < b.created_at ? -1 : 1))
  const waiting = own.filter((entry) => entry.state === 'waiting' || entry.state === 'sending')
  // What was refused matters until something later is on record.
  const known = Math.max(0, ...order.stamps.map((stamp) => Date.parse(stamp.at)))
  const refused = own.filter((entry) => (entry.state === 'refused' || entry.state === 'conflict') && Date.parse(entry.created_at) > known).at(-1)
  const last = waiting.at(-1)?.body.state
  const told = order.actions.filter((one) => one !== 'cancelled')
  return typeof last === 'string' ? { state: last, actions: THEN[last] ?? [], waiting, refused } : { state: order.state.code, actions: told, waiting, refused }
}

/** Answers an order with the time it was: who presses twice has answered once. */
export async function answerOrder(db: PhoneDb, order: MyDispatch, state: string, reason: string, made: Made): Promise<string | null> {
  return db.transaction('rw', db.outbox, async () => {
    const same = (entry: Entry): boolean => entry.kind === 'order' && entry.path === orderPath(order.id) && entry.body.state === state
    const known = await db.outbox.filter((entry) => same(entry) && ['waiting', 'sending'].includes(entry.state)).first()
    if (known) return null
    await db.outbox.add({
      ...blank('order', made), title: `${order.code} · ${order.place?.name ?? order.address}`, path: orderPath(order.id), body: { state, at: made.at, reason: reason.trim() },
    })
    return made.id
  })
}

/** A placard hangs: the newest print the phone knows, and a photo of it. */
export async function hangPlacard(db: PhoneDb, placard: PlacardRow, photos: string[], made: Made): Promise<void> {
  await db.outbox.add({
    ...blank('placard', made), title: `${placard.about.name} · ${placard.spot}`, path: `/placards/${placard.id}/post`,
    body: { photos, on: made.at.slice(0, 10), print: placard.prints_n, version: placard.version },
    photos, about: { kind: 'placard', id: placard.id },
  })
}

/** What one's own body may do with a whistle where it stands, the next thing first. Whether it may, the server says. */
export function whistleSteps(standing: string): string[] {
  if (standing === 'done') return []
  return standing === 'arrived' ? ['opine', 'finish'] : standing === 'refused' ? ['arrive'] : standing === 'received' ? ['arrive', 'refuse'] : ['arrive', 'receive', 'refuse']
}

/** What a step told on this phone makes of how one's body stands. */
const AFTER: Record<string, string> = { receive: 'received', refuse: 'refused', arrive: 'arrived', finish: 'done' }

/** How one's own body stands, with what this phone told that the list it has does not show yet: nothing is told twice. */
export function whistleStands(listed: string, told: string[]): string {
  const rank = ['received', 'refused', 'arrived', 'done']
  return told.reduce((now, step) => (rank.indexOf(AFTER[step] ?? '') > rank.indexOf(now) ? AFTER[step]! : now), listed)
}

/** A step of one's own body; on site with when, and where the telephone says. Other bodies' steps do not stand in its way. */
export async function answerWhistle(db: PhoneDb, whistle: WhistleRow, told: { step: string; text: string; position: Position | null }, made: Made): Promise<void> {
  const there = told.step === 'arrive' ? { at: made.at, position: told.position } : {}
  await db.outbox.add({
    ...blank('whistle', made), title: `${whistle.code} · ${whistle.place?.name ?? whistle.address}`, path: `/whistles/${whistle.id}/steps`,
    body: { step: told.step, text: told.text.trim(), ...there }, about: { kind: 'whistle', id: whistle.id },
  })
}

/** Raises a whistle. Sent twice it is one: the record's id is made here. */
export async function blowWhistle(db: PhoneDb, told: { kind: string; problem: string; place: Named | null; address: string }, made: Made): Promise<void> {
  const body: WhistleInput = { id: made.id, kind: told.kind, problem: told.problem.trim(), place: told.place?.id ?? null, address: told.address.trim(), origin_kind: '', origin: '' }
  await db.outbox.add({ ...blank('blow', made), title: told.place?.name ?? body.address, path: '/whistles', body: { ...body }, about: { kind: 'whistle', id: made.id } })
}

/** A paper was read, or what was done about it. Who says what was done has read it; who only read it still owes the rest, and the list keeps it. */
export async function answerCircular(db: PhoneDb, one: Circular, done: string | null, made: Made): Promise<void> {
  await db.outbox.add({
    ...blank('circular', made), title: one.paper.title, path: `/papers/${one.paper.id}/answer`,
    body: { org: one.receipt.org.id, acted_on: done === null ? null : made.at.slice(0, 10), note: done?.trim() ?? '' }, ...(done === null ? {} : { about: { kind: 'circular' as const, id: one.id } }),
  })
}

/** What one's own department found of a house's licence. The newest question the phone knows. */
export async function answerLicence(db: PhoneDb, one: Licence, told: Pick<HouseAnswer, 'answer' | 'text' | 'until'>, made: Made): Promise<void> {
  const body: HouseAnswer = { ...told, text: told.text.trim(), on: made.at.slice(0, 10), version: one.version }
  await db.outbox.add({ ...blank('licence', made), title: one.place.name, path: `/houses/checks/${one.id}/answer`, body: { ...body }, about: { kind: 'licence', id: one.id } })
}

/** A facility looked at on the spot: found good, or what is wrong with it. The newest row the phone knows. */
export async function checkFacility(db: PhoneDb, one: Pick<FacilityRow, 'id' | 'name' | 'version'>, found: { good: boolean; text: string; photos: string[] }, made: Made): Promise<void> {
  await db.outbox.add({
    ...blank('facility', made), title: one.name, path: `/facilities/${one.id}/steps`,
    body: { step: 'check', on: made.at.slice(0, 10), text: found.text.trim(), good: found.good, photos: found.photos, version: one.version },
    photos: found.photos, about: { kind: 'facility', id: one.id },
  })
}

/** The repair of a facility begun, or ended with what it cost; it is in service again then. Cost in fen. */
export async function mendFacility(db: PhoneDb, one: Pick<FacilityRow, 'id' | 'name' | 'version'>, done: { step: 'repair' | 'restore'; text: string; cost: number; photos: string[] }, made: Made): Promise<void> {
  await db.outbox.add({
    ...blank('facility', made), title: one.name, path: `/facilities/${one.id}/steps`,
    body: { step: done.step, on: made.at.slice(0, 10), text: done.text.trim(), cost_fen: done.step === 'restore' ? done.cost : null, photos: done.photos, version: one.version },
    photos: done.photos, about: { kind: 'facility', id: one.id },
  })
}

/** A stopped place looked at: it stands still, or it is used although it must not be. */
export async function patrol(db: PhoneDb, one: Pick<StopUseRow, 'id' | 'place'>, found: { kept: boolean; text: string }, made: Made): Promise<void> {
  const body: Partial<StopUseStep> = { step: 'patrol', on: made.at.slice(0, 10), yes: found.kept, text: found.text.trim() }
  await db.outbox.add({ ...blank('patrol', made), title: one.place.name, path: `/stop-uses/${one.id}/steps`, body: { ...body }, about: { kind: 'stop_use', id: one.id } })
}

/** The record of a joint visit signed for one's own body. Who signed already signs no second time: the server says so. */
export async function signVisit(db: PhoneDb, one: VisitToSign, text: string, made: Made): Promise<void> {
  await db.outbox.add({ ...blank('sign', made), title: one.place.name, path: `/inspections/${one.inspection}/signatures`, body: { text: text.trim() }, about: { kind: 'visit', id: one.inspection } })
}

/** Heads of a house counted on the spot; what was not counted is left out. */
export async function countHouse(db: PhoneDb, house: Pick<HouseRow, 'place'>, counted: Pick<HouseCountInput, 'lodging' | 'working' | 'training'>, made: Made): Promise<void> {
  const body: HouseCountInput = { ...counted, counted_on: made.at.slice(0, 10), counted_by: '' }
  await db.outbox.add({ ...blank('count', made), title: house.place.name, path: `/houses/${house.place.id}/count`, body: { ...body }, about: { kind: 'house', id: house.place.id } })
}

/** A penalty imposed on the spot, whole: who, for what, by whom, what, and whether it was paid there. */
export async function punishOnSpot(db: PhoneDb, place: { id: string; name: string }, spot: OnSpotInput, made: Made): Promise<void> {
  await db.outbox.add({ ...blank('spot', made), title: place.name, path: '/cases/on-spot', body: { ...spot, on: made.at.slice(0, 10) }, about: { kind: 'case', id: made.id } })
}

/** Away from a force for some days. */
export async function reportAway(db: PhoneDb, force: Named, days: { from: string; to: string; reason: string }, made: Made): Promise<void> {
  await db.outbox.add({
    ...blank('away', made), title: `${force.name} · ${days.from} – ${days.to}`, path: '/me/away',
    body: { force: force.id, ...days, reason: days.reason.trim() },
  })
}

/** Back early, or not going at all: the absence is named by its first day. */
export async function comeBack(db: PhoneDb, force: Named, from: string, made: Made): Promise<void> {
  await db.outbox.add({ ...blank('away', made), title: `${force.name} · ${from}`, path: '/me/away/back', body: { force: force.id, from } })
}

/** An item is done. */
export async function doFollowUp(db: PhoneDb, item: FollowUpView, done: { text: string; photos: string[] }, made: Made): Promise<void> {
  await db.outbox.add({
    ...blank('follow_up', made), title: item.text, path: `/follow-ups/${item.id}/done`,
    body: { text: done.text.trim(), photos: done.photos, version: item.version },
    photos: done.photos, about: { kind: 'follow_up', id: item.id },
  })
}

export interface Told { duty: DutyOption; need: NeedOption; choice: string | null; subject: { kind: string; id: string }; title: string; on: string; until: string | null; text: string; photos: string[] }

/** A piece of evidence for what a duty lacks. */
export async function recordEvidence(db: PhoneDb, told: Told, made: Made): Promise<void> {
  const claim = { duty: told.duty.duty, need: told.need.key, choice: told.choice, subject_kind: told.subject.kind, subject: told.subject.id }
  await db.outbox.add({
    ...blank('evidence', made), title: told.title.trim(), path: '/evidence',
    body: { id: made.id, kind: told.need.kind, title: told.title.trim(), happened_on: told.on, until: told.until, text: told.text.trim(), photos: told.photos, claims: [claim] },
    photos: told.photos, about: { kind: 'evidence', id: made.id },
  })
}

/** Letters nobody takes for one another. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'

/** The receipt of a report, made here so that a villager has it before there is a network: 28 letters, in fours. */
export function receiptCode(): string {
  let code = ''
  // Numbers past the last whole round would favour the first letters.
  while (code.length < 28) for (const one of crypto.getRandomValues(new Uint8Array(32))) if (one < 248) code += LETTERS[one % LETTERS.length]
  return code.slice(0, 28).match(/.{4}/g)!.join('-')
}

export interface Villagers { receipt: string; matter: string; title: string; content: string; voice: string | null; place: string | null; territory: string | null; address: string; spot?: { lon: number; lat: number } | null; name: string; phone: string; photos: string[] }

/** What a villager told, spoken or written. Sent twice it is one report. */
export async function tellReport(db: PhoneDb, told: Villagers, made: Made): Promise<void> {
  const body: ReportCaseInput = {
    id: made.id, channel: 'grid', ext_no: null, matter: told.matter, content: told.content, place: told.place, territory: told.territory, address: told.address || null,
    lon: told.spot?.lon ?? null, lat: told.spot?.lat ?? null, received_at: made.at, photos: told.photos, name: told.name || null, phone: told.phone || null, voice: told.voice, receipt: told.receipt,
  }
  await db.outbox.add({
    ...blank('report_case', made), title: told.title, path: '/report-cases', body: { ...body }, photos: told.photos, about: { kind: 'report_case', id: made.id },
  })
}
