// What the office changed since last time. Applied in one write: half a sync is no sync.

import type { PhoneDb } from './db'
import type { Http, Reply } from './http'
import { anchored } from './timing'
import type { Me, Place, SyncView } from './types'

export type Synced = { kind: 'ok'; me: Me } | Exclude<Reply<unknown>, { kind: 'ok' }>

/** Fetches and applies. The server sends all of it each time: what is not in it is not this person's any more. */
export async function sync(db: PhoneDb, http: Http, at: string): Promise<Synced> {
  const reply = await http.ask<SyncView>('/sync', { timeoutMs: 60_000 })
  if (reply.kind !== 'ok') return reply
  anchored(reply.data.anchor)
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
    await db.keep('anchor', view.anchor ?? null)
    if (view.quick) await db.keep('quick', view.quick)
    await db.keep('hazard_codes', view.hazard_codes)
    await db.keep('place_kinds', view.place_kinds ?? [])
    await db.keep('villages', view.villages ?? [])
    await db.keep('people', view.people)
    // Places that were searched for on the server stay, though no task names them.
    const known = new Set(await db.places.toCollection().primaryKeys())
    await db.places.bulkPut(((await db.recall<Place[]>('asked_places')) ?? []).filter((one) => !known.has(one.id)))
    await db.keep('officers', view.officers ?? [])
    await db.keep('places_whole', view.places_whole ?? true)
    await db.keep('open_hazards', view.hazards ?? [])
    await db.keep('reported', view.reported ?? [])
    await db.keep('synced_at', at)
  })
}
