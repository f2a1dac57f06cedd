// Filling in: every tap is saved before the next. Finishing turns a draft into an outbox entry in one write, so that a
// phone switched off in between has either the one or the other.

import type { PhoneDb } from './db'
import { timed } from './timing'
import type { Draft, DraftAnswer, Entry, Hazard, Item, Photo, Place, Position, SeenPlace, Sheet, Task, Value } from './types'

export interface Made { id: string; at: string }

/** A new draft. Position and time are evidence and no condition. */
export function begin(made: Made, place: Place, sheet: Sheet, task: Task | null): Draft {
  return {
    id: made.id, place, sheet, task: task?.id ?? null,
    occasion: occasionOf(task), power: powerOf(task), answers: {}, overview: [], colleagues: [],
    companion: { name: '', signature: null, reason: '' }, position: null,
    started_at: made.at, saved_at: made.at, refusal: null,
  }
}

const OCCASIONS = ['routine', 'special', 'joint', 'recheck', 'supervision', 'report', 'before_holiday']

/** What a visit is called that counts for a task, or for none. */
export function occasionOf(task: Task | null): string {
  return task && OCCASIONS.includes(task.kind) ? task.kind : 'routine'
}

/** The kind of task that only two officers with certificates can do. */
export const ENFORCEMENT = 'enforcement'

/** In what power a visit is made that counts for a task, until the person says otherwise. */
export function powerOf(task: Task | null): string {
  return task?.kind === ENFORCEMENT ? ENFORCEMENT : 'governance'
}

/**
 * In what power a person may inspect: everybody helps to govern; the inspection the law gives the town and the police is made by who
 * works for those, not by a department or a village; enforcement asks for a certificate. What was chosen stays in sight.
 */
export function powersOf(roles: string[], certified: boolean, chosen: string): string[] {
  const statutory = roles.some((role) => /^(office|police|enforcement)_/.test(role))
  return ['governance', ...(statutory || chosen === 'statutory' ? ['statutory'] : []), ...(certified || chosen === ENFORCEMENT ? [ENFORCEMENT] : [])]
}

/** What keeps a check from being one of enforcement: who is not certified, is alone, or showed no certificate. */
export function lacksOfEnforcement(draft: Draft, me: string, officers: string[]): 'own' | 'second' | 'shown' | null {
  if (draft.power !== ENFORCEMENT) return null
  if (!officers.includes(me)) return 'own'
  if (![...draft.colleagues].some((one) => one !== me && officers.includes(one))) return 'second'
  return draft.showed ? null : 'shown'
}

/** Whether a failed item may be settled while one is there: what is more than minor wants a notice and other eyes. */
export const isMinor = (item: Item): boolean => !['larger', 'major_suspect', 'major'].includes(item.grade)

/** The answer after a tap. What was said of it stays, so that a wrong tap costs nothing. */
export function answered(before: DraftAnswer | undefined, value: Value, reason = ''): DraftAnswer {
  const empty: DraftAnswer = { value, reason: '', note: '', chips: [], reading: '', photos: [] }
  const needs = value === 'not_applicable' || value === 'not_checked'
  return { ...empty, ...before, value, reason: needs ? reason || (before?.value === value ? before.reason : '') : '' }
}

/** What is said of a failed item: the phrases tapped, then the words typed. */
export function noteOf(answer: DraftAnswer): string {
  return [...answer.chips, answer.note.trim()].filter(Boolean).join('；')
}

/** A number goes as a reading; whatever else was written goes with the words. */
function readingOf(item: Item, answer: DraftAnswer): { reading?: number; note: string } {
  const number = Number(answer.reading.replace(',', '.'))
  if (!answer.reading) return { note: noteOf(answer) }
  if (item.answer === 'count' && Number.isFinite(number)) return { reading: number, note: noteOf(answer) }
  return { note: [answer.reading, noteOf(answer)].filter(Boolean).join('；') }
}

/** The record as the server takes it. */
export function inspectionOf(draft: Draft, me: string, endedAt: string): Record<string, unknown> {
  const { name, signature, reason } = draft.companion
  const begun = draft.happened ? `${draft.happened}:00+08:00` : draft.started_at
  return {
    id: draft.id, place: draft.place.id, task: draft.task, power: draft.power, occasion: draft.occasion,
    inspectors: [me, ...draft.colleagues], showed_certificates: draft.power === ENFORCEMENT && draft.showed === true,
    companion: signature ? { kind: 'signed', name: name.trim(), signature } : { kind: 'not_signed', reason: reason.trim() },
    pins: draft.sheet.pins,
    answers: (draft.sheet.items as Item[]).flatMap((item) => {
      const answer = draft.answers[item.code]
      if (!answer) return []
      const needs = answer.value === 'not_applicable' || answer.value === 'not_checked'
      return [{
        item: item.code, value: answer.value,
        ...(needs ? { reason: answer.reason.trim() } : {}),
        ...readingOf(item, answer),
        photos: answer.photos,
        ...(isFixed(item, answer) ? { fixed: answer.fixed } : {}),
      }]
    }),
    photos: draft.overview,
    // Where the papers are is not where the visit was.
    position: draft.happened ? null : draft.position,
    started_at: begun,
    ended_at: draft.happened || endedAt < begun ? begun : endedAt,
  }
}

const isFixed = (item: Item, answer: DraftAnswer): boolean => answer.value === 'fail' && isMinor(item) && Boolean(answer.fixed?.length)

/** Every photo the record names, with its signature last: what matters most goes first. */
export function photosOf(draft: Draft): string[] {
  const items = (draft.sheet.items as Item[]).flatMap((item) => {
    const answer = draft.answers[item.code]
    return answer ? [...answer.photos, ...(isFixed(item, answer) ? answer.fixed! : [])] : []
  })
  const signature = draft.companion.signature
  return [...items, ...draft.overview, ...(signature ? [signature] : [])]
}

/** Draft to outbox. A picture taken and then not used does not go along. */
export async function finish(db: PhoneDb, draft: Draft, me: string, at: string): Promise<Entry> {
  const photos = photosOf(draft)
  const entry: Entry = {
    ...blank('inspection', { id: draft.id, at }),
    title: draft.place.name, place: draft.place.id, task: draft.task,
    path: '/inspections', body: inspectionOf(draft, me, at), photos, draft,
    // Brought in from paper: when it was typed in says nothing about the visit.
    ...(draft.happened ? { time: null } : {}),
  }
  await db.transaction('rw', db.outbox, db.drafts, db.photos, async () => {
    await db.outbox.add(entry)
    await db.drafts.delete(draft.id)
    await db.photos.where('owner').equals(draft.id).filter((p) => !photos.includes(p.id)).delete()
  })
  return entry
}

/** An entry with nothing in it yet. */
export function blank(kind: Entry['kind'], made: Made): Entry {
  return {
    id: made.id, kind, state: 'waiting', title: '', place: null, task: null, hazard: null, path: '', body: {},
    photos: [], created_at: made.at, tries: 0, trouble: null, delivered_at: null, draft: null, time: timed(),
  }
}

/** Takes a task on, unless that is on its way already. Done on the spot, told to the server when it can be. */
export async function accept(db: PhoneDb, task: Task, made: Made): Promise<void> {
  if (task.state !== 'assigned' && task.state !== 'pending') return
  await db.transaction('rw', db.outbox, async () => {
    const known = await db.outbox.filter((e) => e.kind === 'accept' && e.task === task.id && e.state !== 'delivered').first()
    if (known) return
    await db.outbox.add({
      ...blank('accept', made), title: task.place.name, place: task.place.id, task: task.id,
      path: `/tasks/${task.id}/accept`, body: { version: task.version, happened_at: made.at },
    })
  })
}

/** Says that nobody could be visited. */
export async function unable(db: PhoneDb, task: Task, reason: string, note: string, made: Made): Promise<void> {
  await db.outbox.add({
    ...blank('unable', made), title: task.place.name, place: task.place.id, task: task.id,
    path: `/tasks/${task.id}/unable`, body: { version: task.version, reason, note: note.trim(), happened_at: made.at },
  })
}

/** A hazard seen on the way: photo, type, place. */
export async function report(
  db: PhoneDb,
  found: { place: { id: string; name: string }; seen?: Omit<SeenPlace, 'id'> | null; code: string; description: string; photos: string[]; position: Position | null; happened?: string },
  made: Made,
): Promise<void> {
  await db.outbox.add({
    ...blank('hazard', made), title: found.place.name, place: found.place.id, hazard: made.id, path: '/hazards',
    body: {
      id: made.id, place: found.place.id, ...(found.seen ? { seen_place: found.seen } : {}), hazard_code: found.code, description: found.description, photos: found.photos,
      item: null, happened_at: found.happened ? `${found.happened}:00+08:00` : made.at, position: found.happened ? null : found.position,
    },
    photos: found.photos,
    ...(found.happened ? { time: null } : {}),
  })
}

/** What a re-check saw. */
export async function recheck(
  db: PhoneDb,
  hazard: Hazard,
  look: { passed: boolean; with: string[]; photos: string[]; note: string; days: number | null },
  made: Made,
): Promise<void> {
  await db.outbox.add({
    ...blank('recheck', made), title: hazard.place.name, place: hazard.place.id, hazard: hazard.id,
    path: `/hazards/${hazard.id}/steps`,
    body: {
      version: hazard.version, happened_at: made.at, step: look.passed ? 'pass_recheck' : 'fail_recheck',
      with: look.with, photos: look.photos, note: look.note.trim(),
      ...(look.passed || look.days === null ? {} : { days: { kind: 'calendar', count: look.days } }),
    },
    photos: look.photos,
  })
}

/** Keeps a picture with its owner, in one write. */
export async function keepPhoto(db: PhoneDb, photo: Photo): Promise<void> {
  await db.photos.add(photo)
}
