import type { AssessmentRow } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

export const STATES = ['missing', 'open', 'done'] as const

/** How a place stands: what is past its term first, then what is to be treated, then what is missing. */
export function assessmentTone(row: Pick<AssessmentRow, 'state'> & { last: Pick<NonNullable<AssessmentRow['last']>, 'overdue'> | null }): Tone {
  if (row.last?.overdue) return 'late'
  if (row.state === 'open') return 'due'
  return row.state === 'done' ? 'done' : 'todo'
}
