import type { MeetingView, ResolutionInput, Word } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** How a meeting stands: held without minutes is what somebody must still do. */
export function meetingTone(state: string): Tone {
  return state === 'minuted' ? 'done' : state === 'held' ? 'due' : state === 'cancelled' || state === 'voided' ? 'na' : 'todo'
}

/** What people type line by line, without the empty ones. */
export const lines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean)

/** A kind of meeting: what the plan asks for bears the words of its duty, the rest has its own. */
export function kindWord(t: (key: string) => string, kind: Word): string {
  return kind.code === 'other' || kind.code === 'committee' ? t(`meeting.${kind.code}`) : kind.label
}

/** What was resolved, as it is typed. */
export interface ResolutionRow { text: string; owner: string; due_on: string }

/** Rows that say something, as they are sent. */
export const said = (rows: ResolutionRow[]): ResolutionInput[] =>
  rows.filter((row) => row.text.trim()).map((row) => ({ text: row.text, owner: row.owner || null, due_on: row.due_on || null }))

/** The earliest day something may be owed by. */
export const earliest = (meeting: MeetingView | null | undefined): string => meeting?.held_on ?? ''
