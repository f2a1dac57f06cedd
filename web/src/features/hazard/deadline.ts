// Where today lies between the notice and the deadline, and the words for it.
import type { HazardView } from '@/shared/api/contract'

export interface Deadline {
  from: string
  to: string
  /** How much of the time is gone, 0 to 100. */
  share: number
  tone: 'ok' | 'soon' | 'over'
}

const DAY = 86_400_000
/** Steps of the timeline that allow time anew (an extension moves only the end). */
const ALLOWS_TIME = ['advised', 'ordered', 'recheck_failed', 'transfer_answered']
const at = (day: string): number => Date.parse(`${day.slice(0, 10)}T00:00:00Z`)

/** The bar of a deadline; none while there is no deadline or nothing is awaited any more. */
export function deadlineOf(hazard: Pick<HazardView, 'deadline_on' | 'overdue' | 'due_soon' | 'state' | 'timeline' | 'found_at'>, today: string): Deadline | null {
  if (!hazard.deadline_on || !['measure_ordered', 'rectifying'].includes(hazard.state)) return null
  // A failed re-check sets a new time: the bar begins where the last time allowed began.
  const begun = [...hazard.timeline].reverse().find((one) => ALLOWS_TIME.includes(one.step))
  const from = (begun?.happened_at ?? hazard.found_at).slice(0, 10)
  const span = Math.max(DAY, at(hazard.deadline_on) - at(from))
  const share = Math.min(100, Math.max(0, ((at(today) - at(from)) / span) * 100))
  return { from, to: hazard.deadline_on, share: hazard.overdue ? 100 : share, tone: hazard.overdue ? 'over' : hazard.due_soon ? 'soon' : 'ok' }
}

/** Columns of the board by stage: the words are those of the stages, the rest is gathered at the end. */
export const COLUMNS: { code: string; states: string[] }[] = [
  { code: 'grading', states: ['found', 'graded', 'reopened'] },
  { code: 'fixing', states: ['measure_ordered', 'rectifying'] },
  { code: 'recheck', states: ['fix_submitted', 'rechecking'] },
  { code: 'closing', states: ['passed'] },
  { code: 'elsewhere', states: ['transferred', 'long_term_control'] },
]
