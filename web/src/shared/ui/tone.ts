import type { HazardRow, TaskRow } from '../api/contract'

/** ● done ◐ doing ▲ due soon ◆ overdue ○ not started – not applicable */
export type Tone = 'done' | 'doing' | 'due' | 'late' | 'todo' | 'na'

const HAZARD_END = new Set(['closed', 'false', 'voided'])

/** How a hazard stands. */
export function hazardTone(row: Pick<HazardRow, 'state' | 'overdue' | 'due_soon'>): Tone {
  if (row.state === 'closed') return 'done'
  if (HAZARD_END.has(row.state)) return 'na'
  if (row.overdue) return 'late'
  if (row.due_soon) return 'due'
  return row.state === 'found' || row.state === 'reopened' ? 'todo' : 'doing'
}

/** How a task stands. */
export function taskTone(row: Pick<TaskRow, 'state' | 'overdue' | 'due_soon'>): Tone {
  if (row.state === 'done') return 'done'
  if (row.state === 'cancelled' || row.state === 'referred' || row.state === 'unable') return 'na'
  if (row.overdue) return 'late'
  if (row.due_soon) return 'due'
  return row.state === 'pending' || row.state === 'assigned' ? 'todo' : 'doing'
}

/** The tone of a status word of the fulfilment ledger. */
export function dutyTone(status: string): Tone {
  if (status === 'met' || status === 'ahead') return 'done'
  if (status === 'late' || status === 'open') return status === 'open' ? 'doing' : 'due'
  if (status === 'partial') return 'due'
  if (status === 'unmet') return 'late'
  return status === 'not_due' ? 'todo' : 'na'
}
