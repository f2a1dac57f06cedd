import type { HazardRow, TaskRow } from '../api/contract'

/** ● done ◐ doing ▲ due soon ◆ overdue ○ not started – not applicable */
export type Tone = 'done' | 'doing' | 'due' | 'late' | 'todo' | 'na'

const HAZARD_END = new Set(['closed', 'dismissed', 'voided', 'void', 'merged'])

/** How a hazard stands. */
export function hazardTone(row: Pick<HazardRow, 'state' | 'overdue' | 'due_soon'>): Tone {
  if (row.state === 'closed') return 'done'
  if (HAZARD_END.has(row.state)) return 'na'
  if (row.overdue) return 'late'
  if (row.due_soon) return 'due'
  return row.state === 'found' || row.state === 'registered' ? 'todo' : 'doing'
}

/** How a task stands. */
export function taskTone(row: Pick<TaskRow, 'state' | 'overdue' | 'due_soon'>): Tone {
  if (row.state === 'done' || row.state === 'reviewed' || row.state === 'closed') return 'done'
  if (row.state === 'cancelled' || row.state === 'voided' || row.state === 'unable') return 'na'
  if (row.overdue) return 'late'
  if (row.due_soon) return 'due'
  return row.state === 'open' || row.state === 'assigned' || row.state === 'planned' ? 'todo' : 'doing'
}

/** The tone of a status word of the fulfilment ledger. */
export function dutyTone(status: string): Tone {
  if (status === 'met' || status === 'ahead') return 'done'
  if (status === 'late' || status === 'open') return status === 'open' ? 'doing' : 'due'
  if (status === 'partial') return 'due'
  if (status === 'unmet') return 'late'
  return status === 'not_due' ? 'todo' : 'na'
}
