// What the phone keeps. One database per person: whoever signs in next on the same phone finds their own, and what the
// one before has not sent yet stays theirs.

import Dexie, { type Table } from 'dexie'
import type { Again, Draft, Entry, Photo, Place, Sheet, Task } from './types'

export interface Kept { key: string; value: unknown }
export interface KeptSheet { place: string; sheet: Sheet }

export class PhoneDb extends Dexie {
  kept!: Table<Kept, string>
  tasks!: Table<Task, string>
  places!: Table<Place, string>
  sheets!: Table<KeptSheet, string>
  rechecks!: Table<Again, string>
  drafts!: Table<Draft, string>
  outbox!: Table<Entry, string>
  photos!: Table<Photo, string>

  constructor(name: string) {
    // Saved means saved: also when the battery gives out the next second.
    super(name, { chromeTransactionDurability: 'strict' })
    this.version(1).stores({
      kept: 'key',
      tasks: 'id, due_on, place.id',
      places: 'id, code',
      sheets: 'place',
      rechecks: 'id, recheck_due_on',
      drafts: 'id, place.id, task, saved_at',
      outbox: 'id, state, created_at',
      photos: 'id, owner, state',
    })
  }

  async keep(key: string, value: unknown): Promise<void> {
    await this.kept.put({ key, value })
  }

  async recall<T>(key: string): Promise<T | null> {
    const row = await this.kept.get(key)
    return (row?.value as T | undefined) ?? null
  }
}

/** Name of a person's database. */
export function databaseName(town: string, person: string): string {
  return `fengsui-${town}-${person}`
}

/** Whose database it is. */
export function ownerOf(name: string): string {
  return name.split('-').slice(2).join('-')
}

/** Whether anything would be lost with the phone: entries not arrived and drafts not finished. */
export async function outstanding(db: PhoneDb): Promise<{ entries: number; drafts: number; photos: number }> {
  const entries = await db.outbox.where('state').notEqual('delivered').count()
  const drafts = await db.drafts.count()
  const photos = await db.photos.where('state').notEqual('confirmed').count()
  return { entries, drafts, photos }
}
