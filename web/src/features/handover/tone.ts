import type { HandoverRow } from '../../shared/api/contract'
import type { Tone } from '../../shared/ui/tone'

/** How a handover stands. */
export function handoverTone(row: Pick<HandoverRow, 'state'>): Tone {
  if (row.state === 'done') return 'done'
  if (row.state === 'voided') return 'na'
  return row.state === 'given' ? 'doing' : 'due'
}
