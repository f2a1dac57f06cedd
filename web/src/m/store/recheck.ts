// Looking again: what its form holds, and how one that was refused comes back into it. Apart from filling in, so that the
// outbox brings no form along to the first screen.

import type { Entry, Hazard, Trouble } from './types'

/** Whether nobody but the finder would have looked again: the server takes that from nobody. */
export const looksAlone = (hazard: string, reported: Pick<Hazard, 'id'>[], beside: string[]): boolean => !beside.length && reported.some((one) => one.id === hazard)

/** What is written in the form of a re-check; kept under its hazard. */
export interface RecheckForm { id: string; photos: string[]; passed: boolean | null; beside: string[]; note: string; days: string; refusal: Trouble | null }
export const recheckKey = (hazard: string): string => `form:recheck:${hazard}`

/** The form a re-check was handed in with, to be mended under this id. */
export function recheckForm(entry: Entry, id: string): RecheckForm {
  const said = entry.body as { step: string; with: string[]; note: string; days?: { count: number } }
  return { id, photos: entry.photos, passed: said.step === 'pass_recheck', beside: said.with, note: said.note, days: said.days ? String(said.days.count) : 'usual', refusal: entry.trouble }
}
