// Which facilities were looked at from this phone; apart from the errands, for the first screen asks it too.

import type { Entry } from './types'

/** Facilities (or stopped places) seen to from this phone: on their way, or recorded after the list was drawn up. */
export const checkedHere = (entries: Entry[], today: string, kind: 'facility' | 'stop_use' = 'facility'): Set<string> =>
  new Set(entries.filter((one) => one.about?.kind === kind && one.state !== 'refused' && one.state !== 'conflict' && (one.state !== 'delivered' || one.created_at.slice(0, 10) === today)).map((one) => one.about!.id))
