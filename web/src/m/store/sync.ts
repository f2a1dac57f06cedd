// What the office changed since last time. Applied in one write: half a sync is no sync.

import type { PhoneDb } from './db'
import type { Http, Reply } from './http'
import type { HazardView } from '@/shared/api/contract'
import type { Hazard, Me, Place, Sheet, SyncView } from './types'
import type { PlacePage, PlaceRow } from '@/shared/api/contract'

export type Synced = { kind: 'ok'; me: Me } | Exclude<Reply<unknown>, { kind: 'ok' }>

/** Fetches and applies. The server sends all of it each time: what is not in it is not this person's any more. */
export async function sync(db: PhoneDb, http: Http, at: string): Promise<Synced> {
  const since = await db.recall<string>('cursor')
  const reply = await http.ask<SyncView>(`/sync${since ? `?since=${encodeURIComponent(since)}` : ''}`, { timeoutMs: 60_000 })
  if (reply.kind !== 'ok') return reply
  await apply(db, reply.data, at)
  return { kind: 'ok', me: reply.data.me }
}

/** Applies an answer. What is being filled in is left alone: a draft carries its own sheet. */
export async function apply(db: PhoneDb, view: SyncView, at: string): Promise<void> {
  await db.transaction('rw', [db.kept, db.tasks, db.places, db.sheets, db.rechecks], async () => {
    await Promise.all([db.tasks.clear(), db.places.clear(), db.sheets.clear()])
    await db.tasks.bulkPut(view.tasks)
    await db.places.bulkPut([...view.tasks.map((t) => t.place), ...view.places])
    await db.sheets.bulkPut(Object.entries(view.sheets).map(([place, sheet]) => ({ place, sheet })))
    await db.rechecks.clear()
    await db.rechecks.bulkPut(view.rechecks)
    await db.keep('me', view.me)
    if (view.quick) await db.keep('quick', view.quick)
    await db.keep('hazard_codes', view.hazard_codes)
    await db.keep('people', view.people)
    // Places that were searched for on the server stay, though no task names them.
    const known = new Set(await db.places.toCollection().primaryKeys())
    await db.places.bulkPut(((await db.recall<Place[]>('asked_places')) ?? []).filter((one) => !known.has(one.id)))
    await db.keep('officers', view.officers ?? [])
    await db.keep('places_whole', view.places_whole ?? true)
    await db.keep('open_hazards', view.hazards ?? [])
    await db.keep('cursor', view.cursor)
    await db.keep('synced_at', at)
  })
}

/** The full sheet of a place: what sync left here, else asked for, else none and the quick one must do. */
export async function sheetOf(db: PhoneDb, http: Http, place: string): Promise<Sheet | null> {
  const known = await db.sheets.get(place)
  if (known) return known.sheet
  const reply = await http.ask<Sheet>(`/places/${place}/sheet?kind=full`, { timeoutMs: 8_000 })
  if (reply.kind !== 'ok') return null
  await db.sheets.put({ place, sheet: reply.data })
  return reply.data
}

/** How many searched places stay in the phone. */
const MOST_ASKED = 30

const brief = (row: PlaceRow): Place => ({
  id: row.id, code: row.code, name: row.name, address: row.address, category: row.category, category_label: row.category_label,
  village: row.village, location: row.location ?? null, responsible: row.responsible, phone_masked: row.phone_masked,
  grade_label: row.risk?.grade_label ?? null,
})

/** Places of the register that the phone does not have; none without a network. */
export async function askPlaces(http: Http, words: string): Promise<Place[]> {
  const reply = await http.ask<PlacePage>(`/places?q=${encodeURIComponent(words)}&limit=20`, { timeoutMs: 8_000 })
  return reply.kind === 'ok' ? reply.data.items.filter((row) => !row.voided).map(brief) : []
}

/** Keeps a place that was found on the server, so that the visit there needs no network. */
export async function keepPlace(db: PhoneDb, place: Place): Promise<void> {
  await db.transaction('rw', db.kept, db.places, async () => {
    if (await db.places.get(place.id)) return
    const before = (await db.recall<Place[]>('asked_places')) ?? []
    await db.keep('asked_places', [place, ...before.filter((one) => one.id !== place.id)].slice(0, MOST_ASKED))
    await db.places.put(place)
  })
}

/** What is open at a place, as far as the phone knows. */
export async function openAt(db: PhoneDb, place: string): Promise<Hazard[]> {
  return ((await db.recall<Hazard[]>('open_hazards')) ?? []).filter((one) => one.place.id === place)
}

/** Pictures of what was found, for re-checks without a network. A comfort: what fails is tried at the next sync. */
export async function fetchBefores(db: PhoneDb, http: Http): Promise<void> {
  const wanted = await db.rechecks.toCollection().primaryKeys()
  const kept = await db.kept.where('key').startsWith('before:').primaryKeys()
  await db.kept.bulkDelete(kept.filter((key) => !wanted.includes(key.slice(7))))
  for (const id of wanted.filter((one) => !kept.includes(`before:${one}`))) {
    const view = await http.ask<HazardView>(`/hazards/${id}`, { timeoutMs: 15_000 })
    if (view.kind === 'unreachable') return
    if (view.kind !== 'ok') continue
    const before = view.data.pairs.find((pair) => pair.before)?.before
    if (!before) continue
    const blob = await http.picture(`/photos/${before.id}`)
    if (blob) await db.keep(`before:${id}`, blob)
  }
}
