// Which facilities were looked at from this phone, and what one may do with one where it stands; apart from the errands, for the
// first screen asks it too.

import type { FacilityRow } from '@/shared/api/contract'
import type { Entry } from './types'

/** Facilities (or stopped places) looked at, not mended, from this phone: on their way, or recorded after the list was drawn up. */
export const checkedHere = (entries: Entry[], today: string, kind: 'facility' | 'stop_use' = 'facility'): Set<string> =>
  new Set(entries.filter((one) => one.about?.kind === kind && !['repair', 'restore'].includes(String(one.body['step'])) && one.state !== 'refused' && one.state !== 'conflict' && (one.state !== 'delivered' || one.created_at.slice(0, 10) === today)).map((one) => one.about!.id))

/** What is done on the spot, and how the facility stands before it: a check of what is in service, the repair of what is not. */
const BEGINS = { check: 'in_service', repair: 'fault', restore: 'repairing' } as const
export type FacilityAct = keyof typeof BEGINS

/** How a facility must stand for a step taken on the phone. */
export const facilityStage = (step: unknown): string | undefined => BEGINS[(step ?? 'check') as FacilityAct]

/** The step a phone offers of a facility as it stands; none where it is neither checked nor repaired. */
export const facilityStep = (stage: string | undefined): FacilityAct | null =>
  (Object.keys(BEGINS) as FacilityAct[]).find((step) => BEGINS[step] === stage) ?? null

/** Whether this very step is on its way from this phone. */
export const stepUnderWay = (entries: Entry[], id: string, step: FacilityAct): boolean =>
  entries.some((one) => one.about?.kind === 'facility' && one.about.id === id && (one.body['step'] ?? 'check') === step && ['waiting', 'sending', 'recorded'].includes(one.state))

/** Whether the step a facility out of order waits for was taken here: it is on its way, or came through after the list was drawn up. */
export const mendedHere = (entries: Entry[], row: Pick<FacilityRow, 'id' | 'stage' | 'version'>): boolean => {
  const step = facilityStep(row.stage.code)
  return !!step && (stepUnderWay(entries, row.id, step) || entries.some((one) => one.about?.kind === 'facility' && one.about.id === row.id && one.body['step'] === step && one.state === 'delivered' && Number(one.body['version']) >= row.version))
}
