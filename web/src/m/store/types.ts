// What the phone keeps of its own; what comes from the server is named as the contract names it.

import type { AnswerValue, HazardRow, ItemView, PlaceBrief, Position, RecheckView, SheetView, TaskRow } from '@/shared/api/contract'

import type { Timing } from './timing'

export type { HazardCode, Hat, Me, Named, PhotoView, Position, SyncView, Word } from '@/shared/api/contract'
export type { InspectionReceipt as Receipt } from '@/shared/api/contract'
export type Place = PlaceBrief
export type Task = TaskRow

export type Item = ItemView
export type Sheet = SheetView
export type Hazard = HazardRow
/** One that waits for a second look, with what one compares. */
export type Again = RecheckView
export type Value = AnswerValue

// ── the phone's own

/** A place nobody registered, as whoever found something there names it; its id is made on the phone. */
export interface SeenPlace {
  id: string
  name: string
  category: string
  village: string
  address: string
}

/** One answer while it is being filled in; saved at each tap. */
export interface DraftAnswer {
  value: Value; reason: string; note: string; chips: string[]; reading: string; photos: string[]
  /** Pictures of a minor failing put right while one was there. */
  fixed?: string[]
}
/** An inspection being filled in. It carries its sheet, so that nothing the server changes can take it away. */
export interface Draft {
  id: string
  place: Place
  task: string | null
  occasion: string
  power: string
  sheet: Sheet
  answers: Record<string, DraftAnswer>
  overview: string[]
  colleagues: string[]
  companion: { name: string; signature: string | null; reason: string }
  position: Position | null
  /** Whether certificates were shown; asked of an enforcement check only. */
  showed?: boolean
  /** When it really was, where it is brought in from paper: day and minute, no zone. */
  happened?: string
  started_at: string
  saved_at: string
  /** What the server refused it for, to be mended. */
  refusal: Trouble | null
}

export type PhotoState = 'held' | 'sending' | 'uploaded' | 'confirmed' | 'refused'
/** A picture in the phone. */
export interface Photo {
  id: string
  /** The draft or the outbox entry it belongs to. */
  owner: string
  item: string | null
  role: 'overview' | 'item' | 'fix' | 'recheck' | 'signature'
  taken_at: string
  position: Position | null
  blob: Blob | null
  type: string
  bytes: number
  width: number
  height: number
  sha256: string
  /** Hash of the file the camera gave; none of a signature, nor of pictures from before. */
  original?: string
  state: PhotoState
  received: number
  trouble: Trouble | null
}

export type EntryKind = 'inspection' | 'hazard' | 'recheck' | 'unable' | 'accept' | 'call' | 'order' | 'placard' | 'follow_up' | 'evidence' | 'whistle' | 'blow' | 'licence' | 'report_case' | 'report_look' | 'facility' | 'patrol' | 'sign' | 'count' | 'spot' | 'away' | 'circular'
/**
 * waiting in the phone · sending the record · recorded by the server, photos on their way · delivered, every photo
 * confirmed · refused with a sentence · conflict with what others did.
 */
export type EntryState = 'waiting' | 'sending' | 'recorded' | 'delivered' | 'refused' | 'conflict'
/** Something that must reach the server exactly once. */
export interface Entry {
  /** The record's id, made here; also the idempotency key. */
  id: string
  kind: EntryKind
  state: EntryState
  title: string
  place: string | null
  task: string | null
  hazard: string | null
  path: string
  body: Record<string, unknown>
  photos: string[]
  /** What its photos belong to, where that is neither the inspection nor the hazard it names. */
  about?: { kind: 'placard' | 'follow_up' | 'evidence' | 'whistle' | 'report_case' | 'facility' | 'stop_use' | 'visit' | 'house' | 'licence' | 'case' | 'circular'; id: string }
  created_at: string
  tries: number
  trouble: Trouble | null
  delivered_at: string | null
  /** What the server's receipt says besides: hazards by number, what a person should know. */
  said?: string[]
  /** What the phone can show of when it was done. */
  time?: Timing | null
  /** The draft it was made from: a refusal gives it back. */
  draft: Draft | null
}
/** What went wrong: the server's own sentence, or the name of one of ours. */
export interface Trouble {
  code: string
  sentence: string
  fields: { field: string; code: string; message: string }[]
  at: string
}
