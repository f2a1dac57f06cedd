// What a visit needs of a place beside what sync left here: its sheet, what is open there, places only the server has. Apart from
// sync, because the first screen needs none of it.

import type { PlacePage, PlaceRow } from '@/shared/api/contract'
import type { PhoneDb } from './db'
import type { Http } from './http'
import type { Hazard, Place, Sheet } from './types'

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

/** The key a picture for a re-check is kept under: what it was found as, or what the unit handed in. */
export const beforeKey = (hazard: string): string => `before:${hazard}`
export const afterKey = (hazard: string, photo: string): string => `after:${hazard}:${photo}`

/** The pictures one compares, for re-checks without a network. A comfort: what fails is tried at the next sync. */
export async function fetchBefores(db: PhoneDb, http: Http): Promise<void> {
  const wanted = new Map<string, string>()
  for (const one of await db.rechecks.toArray()) {
    const pairs = one.pairs ?? []
    const before = pairs.find((pair) => pair.before?.complete)?.before
    if (before) wanted.set(beforeKey(one.id), before.id)
    for (const { after } of pairs) if (after?.complete) wanted.set(afterKey(one.id, after.id), after.id)
  }
  const kept = await db.kept.where('key').startsWithAnyOf(['before:', 'after:']).primaryKeys()
  await db.kept.bulkDelete(kept.filter((key) => !wanted.has(key)))
  for (const [key, photo] of wanted) {
    if (kept.includes(key)) continue
    const blob = await http.picture(`/photos/${photo}`)
    if (blob) await db.keep(key, blob)
  }
}
