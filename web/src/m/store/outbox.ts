// The outbox: everything that must reach the server exactly once. Small data first, photos after. A record counts as
// delivered only when the server has confirmed every photo by its hash. What it refuses stays in the phone.

import type { Http, Reply } from './http'
import type { PhoneDb } from './db'
import { recheckForm, recheckKey } from './recheck'
import type { Entry, Photo, Receipt, Task, Trouble } from './types'
import { facilityStage } from './checked'
import { chinaTime, type Clock } from './clock'
import { comesFirst } from './http'
import { timeHeader } from './timing'
import { isFinal, upload, type Target, type UploadState } from './upload'

/** How a run ended, for whoever decides when the next one is. */
export type RunEnd = 'empty' | 'waiting' | 'unreachable' | 'unknown' | 'busy'

/** Waits between attempts while the network is away; then every five minutes. */
const WAITS_MS = [5_000, 15_000, 30_000, 60_000, 120_000, 300_000]
/** A version moved on while the phone was away: how often to try with the newer one. */
const CATCH_UP = 3

/** Refusals that say the task is no longer this person's to do. */
const LOST_TASK = new Set(['task.not_yours', 'task.other_org', 'task.not_now', 'inspection.task_unknown', 'inspection.task_elsewhere'])
/** Remarks of a receipt that concern who was there; the others are for a reviewer. */
const TOLD = new Set(['inspection.task_not_moved', 'inspection.clock_ahead', 'inspection.clock_behind'])
/** How far the corrected clock may still be ahead. */
const SAFE_MS = 6_000

type Unsent = Exclude<Reply<unknown>, { kind: 'ok' }>

export class Outbox {
  /** Milliseconds until the next attempt is due, after a run. */
  nextInMs = 0
  private failures = 0
  private running = false
  private readonly db: PhoneDb
  private readonly http: Http
  private readonly clock: Clock

  constructor(db: PhoneDb, http: Http, clock: Clock) {
    this.db = db
    this.http = http
    this.clock = clock
  }

  /** What was on its way when the phone was switched off is in the phone again. */
  async wake(): Promise<void> {
    await this.db.transaction('rw', this.db.outbox, this.db.photos, async () => {
      await this.db.outbox.where('state').equals('sending').modify({ state: 'waiting' })
      await this.db.photos.where('state').equals('sending').modify({ state: 'held' })
      // An earlier version could be switched off between what was delivered and its pictures.
      const delivered = await this.db.outbox.where('state').equals('delivered').filter(isAfterPhotos).primaryKeys()
      await this.db.photos.where('owner').anyOf(delivered).modify({ state: 'confirmed', trouble: null })
    })
  }

  /** One pass over all that is outstanding. At most one at a time, also across tabs. */
  async run(): Promise<RunEnd> {
    if (this.running) return 'busy'
    this.running = true
    try {
      const locks = globalThis.navigator?.locks
      if (!locks) return await this.pass()
      return await locks.request(`${this.db.name}-outbox`, { ifAvailable: true }, async (lock) => (lock ? this.pass() : 'busy'))
    } finally {
      this.running = false
    }
  }

  private async pass(): Promise<RunEnd> {
    const end = await this.records() ?? await this.pictures() ?? 'waiting'
    if (end === 'unreachable') {
      const wait = WAITS_MS[Math.min(this.failures, WAITS_MS.length - 1)]!
      this.failures += 1
      this.nextInMs = Math.max(wait, this.nextInMs)
      return end
    }
    this.failures = 0
    this.nextInMs = 60_000
    if (end === 'unknown') return end
    const left = await this.db.outbox.where('state').anyOf('waiting', 'recorded').count()
    return left ? 'waiting' : 'empty'
  }

  /** The small data of all entries, oldest first: taking a task on goes before what was found there. */
  private async records(): Promise<RunEnd | null> {
    this.nextInMs = 0
    const waiting = await this.db.outbox.where('state').equals('waiting').sortBy('created_at')
    for (const { id } of waiting) {
      // Looked at again: an answer to a call does not wait for its turn.
      const entry = await this.db.outbox.get(id)
      if (entry?.state !== 'waiting' || isAfterPhotos(entry)) continue
      const ended = await this.record(entry)
      if (ended) return ended
    }
    return null
  }

  /** Sends one entry at once, beside whatever is on its way: seconds count. What does not get through waits as usual. */
  async now(id: string): Promise<void> {
    const entry = await this.db.outbox.get(id)
    if (entry?.state === 'waiting') await this.record(entry)
  }

  private async record(entry: Entry): Promise<RunEnd | null> {
    await this.db.outbox.update(entry.id, { state: 'sending', tries: entry.tries + 1 })
    let body = entry.body
    for (let attempt = 0; attempt < CATCH_UP; attempt++) {
      const reply = await this.http.ask<unknown>(entry.path, { method: 'POST', json: body, key: entry.id, headers: timeHeader(entry.time) })
      if (reply.kind === 'ok') {
        // Who told it, and how it sounded, stays in no phone once it has arrived.
        await this.settled(entry, accepted(entry), null, entry.kind === 'report_case' ? { body: {} } : {})
        return null
      }
      if (reply.kind === 'problem' && reply.code === 'call_test.answered') {
        // By radio, or at a desk: the office has heard it.
        await this.settled(entry, 'delivered', null)
        return null
      }
      if (reply.kind === 'problem' && reply.code === 'placard.photo_not_here') {
        await this.db.photos.where('owner').equals(entry.id).modify({ state: 'held', received: 0 })
        await this.settled(entry, 'waiting', this.trouble(reply))
        return null
      }
      if (reply.kind === 'problem' && reply.code === 'conflict.version') {
        const way = catchUp(entry, reply.body.current as Current | undefined)
        if (way === 'done') {
          await this.settled(entry, accepted(entry), null)
          return null
        }
        if (way !== 'stop') {
          // Nothing was committed under this key, so it is still free for the newer version.
          body = { ...body, version: way.version }
          await this.db.outbox.update(entry.id, { body })
          continue
        }
      }
      if (reply.kind === 'problem' && reply.code.endsWith('.happened_after_recorded') && attempt === 0) {
        // The phone ran fast when it was made. This very answer said by how much; nothing was committed under the key.
        body = { ...body, happened_at: chinaTime(this.clock.now() - SAFE_MS) }
        await this.db.outbox.update(entry.id, { body })
        continue
      }
      if (reply.kind === 'problem' && isFinal(reply)) {
        const state = reply.status === 409 ? 'conflict' : 'refused'
        await this.settled(entry, state, this.trouble(reply))
        return null
      }
      await this.settled(entry, 'waiting', this.trouble(reply))
      return this.broke(reply)
    }
    await this.settled(entry, 'conflict', { code: 'conflict.version', sentence: '', fields: [], at: this.clock.iso() })
    return null
  }

  /** All that is known of it now, in one step: a phone switched off here knows either all of it or nothing. */
  private async settled(entry: Entry, state: Entry['state'], trouble: Trouble | null, more: Partial<Entry> = {}): Promise<void> {
    const delivered_at = state === 'delivered' ? this.clock.iso() : null
    await this.db.transaction('rw', this.db.outbox, this.db.photos, async () => {
      await this.db.outbox.update(entry.id, { state, trouble, delivered_at, ...more })
      // Taken only with its pictures there: its answer confirms them.
      if (state === 'delivered' && isAfterPhotos(entry)) await this.db.photos.where('owner').equals(entry.id).modify({ state: 'confirmed', trouble: null })
    })
  }

  /** The photos of every entry the server has, then its word that all are there. */
  private async pictures(): Promise<RunEnd | null> {
    const recorded = await this.db.outbox.where('state').equals('recorded').sortBy('created_at')
    for (const entry of recorded) {
      const photos = await this.db.photos.bulkGet(entry.photos)
      for (const photo of photos) {
        if (!photo || photo.state === 'confirmed' || photo.state === 'refused') continue
        const ended = await this.picture(entry, photo)
        if (ended) return ended
      }
      const ended = await this.confirm(entry)
      if (ended) return ended
    }
    return this.shown()
  }

  /** What is said only with its pictures there: the pictures first, then the words. */
  private async shown(): Promise<RunEnd | null> {
    const waiting = await this.db.outbox.where('state').equals('waiting').sortBy('created_at')
    for (const entry of waiting.filter(isAfterPhotos)) {
      for (const photo of await this.db.photos.bulkGet(entry.photos)) {
        const ended = photo && photo.state !== 'refused' ? await this.picture(entry, photo) : null
        if (ended) return ended
      }
      const photos = await this.db.photos.bulkGet(entry.photos)
      if (photos.some((photo) => photo?.state !== 'uploaded' && photo?.state !== 'confirmed')) continue
      const ended = await this.record(entry)
      if (ended) return ended
    }
    return null
  }

  private async picture(entry: Entry, photo: Photo): Promise<RunEnd | null> {
    if (photo.state === 'uploaded' || photo.state === 'confirmed') return null
    await this.db.photos.update(photo.id, { state: 'sending', trouble: null })
    const came = await upload(this.http, photo, target(entry), async (received) => {
      await this.db.photos.update(photo.id, { received })
    })
    if (came.kind === 'confirmed') {
      await this.db.photos.update(photo.id, { state: 'uploaded', received: photo.bytes })
      return null
    }
    if (came.kind === 'refused' && came.code === 'photo.hash') {
      // Damaged on the way, and thrown away there: it goes again from the start, with the next run.
      const trouble = { code: came.code, sentence: '', fields: [], at: this.clock.iso() }
      await this.db.photos.update(photo.id, { state: 'held', received: 0, trouble })
      return null
    }
    if (came.kind === 'refused') {
      const trouble = { code: came.code, sentence: came.sentence, fields: came.fields, at: this.clock.iso() }
      await this.db.photos.update(photo.id, { state: 'refused', trouble })
      await this.db.outbox.update(entry.id, { trouble: { ...trouble, code: 'photo.refused' } })
      return null
    }
    const trouble = this.trouble(came.reply)
    await this.db.photos.update(photo.id, { state: 'held', trouble })
    await this.db.outbox.update(entry.id, { trouble })
    return this.broke(came.reply)
  }

  /** Asks the server what it has, and compares every hash with the one taken in the phone. */
  private async confirm(entry: Entry): Promise<RunEnd | null> {
    const photos = await this.db.photos.bulkGet(entry.photos)
    if (photos.some((photo) => photo?.state === 'refused')) return null
    const server = new Map<string, string>()
    let complete = true
    let said: string[] = []
    if (entry.kind === 'inspection') {
      const reply = await this.http.ask<Receipt>(`/inspections/${entry.id}/receipt`)
      if (reply.kind !== 'ok') return this.unconfirmed(entry, reply)
      complete = reply.data.complete
      said = [...reply.data.hazards.map((hazard) => hazard.name), ...reply.data.flags.filter((flag) => TOLD.has(flag.code)).map((flag) => flag.message)]
      for (const photo of reply.data.photos) if (photo.complete) server.set(photo.id, photo.sha256)
    } else {
      for (const id of entry.photos) {
        const reply = await this.http.ask<UploadState>(`/photos/${id}/state`)
        if (reply.kind !== 'ok') return this.unconfirmed(entry, reply)
        if (reply.data.complete && reply.data.sha256) server.set(id, reply.data.sha256)
      }
    }
    let all = complete
    for (const photo of photos) {
      if (!photo) continue
      if (server.get(photo.id) === photo.sha256) {
        if (photo.state !== 'confirmed') await this.db.photos.update(photo.id, { state: 'confirmed', received: photo.bytes, trouble: null })
        continue
      }
      all = false
      // The server has it not, or not this one: it goes again from what the server has.
      await this.db.photos.update(photo.id, { state: 'held', received: 0 })
    }
    if (entry.photos.length !== photos.filter(Boolean).length) all = false
    if (all) await this.settled(entry, 'delivered', null, { said })
    else await this.db.outbox.update(entry.id, { trouble: { code: 'receipt.incomplete', sentence: '', fields: [], at: this.clock.iso() } })
    return null
  }

  private async unconfirmed(entry: Entry, reply: Unsent): Promise<RunEnd | null> {
    await this.db.outbox.update(entry.id, { trouble: this.trouble(reply) })
    return reply.kind === 'problem' && isFinal(reply) ? null : this.broke(reply)
  }

  private broke(reply: Unsent): RunEnd {
    if (reply.kind === 'problem' && (reply.status === 401 || comesFirst(reply.code))) return 'unknown'
    if (reply.kind === 'problem' && reply.retryAfterMs) this.nextInMs = reply.retryAfterMs
    return 'unreachable'
  }

  private trouble(reply: Unsent): Trouble {
    const at = this.clock.iso()
    if (reply.kind === 'unreachable') return { code: `net.${reply.why}`, sentence: '', fields: [], at }
    return { code: reply.code, sentence: reply.sentence, fields: reply.fields, at }
  }

  /** Tries a refused or conflicting entry again as it is: the office may have changed something. */
  async again(id: string): Promise<void> {
    await this.db.transaction('rw', this.db.outbox, this.db.photos, async () => {
      const entry = await this.db.outbox.get(id)
      if (!entry) return
      const isRecorded = entry.state === 'recorded'
      const isHeld = entry.state === 'waiting' && isAfterPhotos(entry)
      if (!isRecorded && !isHeld && entry.state !== 'refused' && entry.state !== 'conflict') return
      await this.db.outbox.update(id, { state: isRecorded ? 'recorded' : 'waiting', trouble: null })
      await this.db.photos.where('owner').equals(id).filter((p) => p.state === 'refused')
        .modify((p) => { p.state = 'held'; p.trouble = null; p.received = 0 })
    })
  }

  /**
   * Takes a refused inspection back for mending. Under the same id when the server never took it; under a new one
   * when another record has that id, so that nothing of either is lost.
   */
  async reopen(id: string, newId: () => string): Promise<string | null> {
    return this.db.transaction('rw', this.db.outbox, this.db.drafts, this.db.photos, async () => {
      const entry = await this.db.outbox.get(id)
      if (!entry?.draft || (entry.state !== 'refused' && entry.state !== 'conflict')) return null
      const next = entry.state === 'conflict' ? newId() : id
      // A task that is no longer this person's must not keep what was seen from being handed in.
      const codes = [entry.trouble?.code ?? '', ...(entry.trouble?.fields ?? []).map((field) => field.code)]
      const owed = codes.some((code) => LOST_TASK.has(code)) ? { task: null, occasion: 'routine' } : {}
      await this.db.drafts.put({ ...entry.draft, ...owed, id: next, saved_at: this.clock.iso(), refusal: entry.trouble })
      await this.db.photos.where('owner').equals(id).modify((p) => { p.owner = next; p.state = 'held'; p.trouble = null })
      await this.db.outbox.delete(id)
      return next
    })
  }

  /**
   * Takes a refused re-check back into its form, as long as the hazard still waits for one; photos and all. Whoever has
   * to add a colleague does not photograph it again.
   */
  async reopenRecheck(id: string, newId: () => string): Promise<string | null> {
    return this.db.transaction('rw', this.db.outbox, this.db.photos, this.db.rechecks, this.db.kept, async () => {
      const entry = await this.db.outbox.get(id)
      if (entry?.kind !== 'recheck' || !entry.hazard || (entry.state !== 'refused' && entry.state !== 'conflict')) return null
      if (!(await this.db.rechecks.get(entry.hazard))) return null
      const next = entry.state === 'conflict' ? newId() : id
      await this.db.keep(recheckKey(entry.hazard), recheckForm(entry, next))
      await this.db.photos.where('owner').equals(id).modify((p) => { p.owner = next; p.state = 'held'; p.trouble = null })
      await this.db.outbox.delete(id)
      return entry.hazard
    })
  }

  /**
   * Lets go of something the server will not take and nobody can mend, as a task others have done meanwhile. Only a
   * person decides that, and never about an inspection: that becomes a draft again.
   */
  async letGo(id: string): Promise<void> {
    await this.db.transaction('rw', this.db.outbox, this.db.photos, async () => {
      const entry = await this.db.outbox.get(id)
      if (!entry || entry.draft) return
      const isHeld = entry.state === 'waiting' && isAfterPhotos(entry)
      if (!isHeld && entry.state !== 'refused' && entry.state !== 'conflict') return
      await this.db.photos.where('owner').equals(id).delete()
      await this.db.outbox.delete(id)
    })
  }

  /**
   * Old entries that arrived leave the phone, and their pictures before them; so do pictures a day old that nothing
   * names any more. Nothing else ever does.
   */
  async tidy(nowMs: number): Promise<void> {
    const day = 86_400_000
    await this.db.transaction('rw', this.db.outbox, this.db.drafts, this.db.photos, this.db.kept, async () => {
      const forms = await this.db.kept.where('key').startsWith('form:').toArray()
      const owners = new Set([
        ...(await this.db.outbox.toCollection().primaryKeys()),
        ...(await this.db.drafts.toCollection().primaryKeys()),
        ...forms.map((kept) => (kept.value as { id: string }).id),
      ])
      await this.db.photos.filter((p) => !owners.has(p.owner) && nowMs - madeAt(p.id) > day).delete()
    })
    const arrived = await this.db.outbox.where('state').equals('delivered').toArray()
    for (const entry of arrived) {
      const age = nowMs - Date.parse(entry.delivered_at ?? entry.created_at)
      if (age > 3 * day) await this.db.photos.where('owner').equals(entry.id).modify({ blob: null })
      if (age > 30 * day) {
        await this.db.photos.where('owner').equals(entry.id).delete()
        await this.db.outbox.delete(entry.id)
      }
    }
  }
}

/** When an id was made: a UUIDv7 begins with it. */
function madeAt(id: string): number {
  return parseInt(id.replace('-', '').slice(0, 12), 16)
}

/** Where an entry is once its small data is in: an inspection waits for its receipt, others for their photos if any. */
function accepted(entry: Entry): Entry['state'] {
  if (isAfterPhotos(entry)) return 'delivered'
  return entry.kind === 'inspection' || entry.photos.length ? 'recorded' : 'delivered'
}

/** The server takes a placard as hung up, and a report as unfounded, only with the photo already there. */
function isAfterPhotos(entry: Entry): boolean {
  return entry.kind === 'placard' || entry.kind === 'report_look'
}

interface Current extends Omit<Partial<Task>, 'state'> { version: number; state?: string; stage?: { code: string }; standing?: string; actions?: string[] }

/** What to do when the row moved on meanwhile: it is done already, it can be done on the newer one, or people decide. */
function catchUp(entry: Entry, current: Current | undefined): 'done' | 'stop' | { version: number } {
  if (!current) return 'stop'
  const state = current.state ?? ''
  // Whoever changed it, it still has to hang; the print is named, so a newer one is not taken for it.
  if (entry.kind === 'placard') return current.standing === 'void' ? 'stop' : { version: current.version }
  // What was seen or done stands, whoever else wrote something down about it, as long as the facility is where that step begins.
  if (entry.kind === 'facility') return current.stage?.code === facilityStage(entry.body['step']) ? { version: current.version } : 'stop'
  if (entry.kind === 'follow_up') return state === 'open' ? { version: current.version } : 'stop'
  if (entry.kind === 'report_look') return current.stage?.code === 'assigned' ? { version: current.version } : 'stop'
  if (entry.kind === 'accept') {
    if (state === 'accepted' || state === 'in_progress') return 'done'
    return ['pending', 'assigned'].includes(state) ? { version: current.version } : 'stop'
  }
  if (entry.kind === 'unable') {
    return ['accepted', 'in_progress'].includes(state) ? { version: current.version } : 'stop'
  }
  if (entry.kind === 'recheck') {
    return ['fix_submitted', 'rechecking', 'rectifying', 'measure_ordered'].includes(state) ? { version: current.version } : 'stop'
  }
  return 'stop'
}

function target(entry: Entry): Target {
  if (entry.about) return entry.about
  if (entry.kind === 'inspection') return { kind: 'inspection', id: entry.id }
  return { kind: 'hazard', id: entry.hazard ?? entry.id }
}
