// What the office changed since last time. Applied in one write: half a sync is no sync.

import type { PhoneDb } from './db'
import type { Http, Reply } from './http'
import type { HazardView } from '@/shared/api/contract'
import type { Me, Sheet, SyncView } from './types'

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
