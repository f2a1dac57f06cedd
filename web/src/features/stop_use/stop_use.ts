import type { StopUseView } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** How a matter stands: one in use although stopped, or that nobody looked at, must be acted on. */
export function stopTone(row: Pick<StopUseView, 'stage' | 'overdue' | 'broken'>): Tone {
  if (row.stage.code === 'resumed') return 'done'
  if (row.stage.code === 'declined' || row.stage.code === 'withdrawn') return 'na'
  if (row.broken || row.overdue) return 'late'
  return row.stage.code === 'proposed' ? 'todo' : row.stage.code === 'checked' ? 'due' : 'doing'
}

/** Steps that need the name and the paper of the body that decides. */
export const DECIDED = new Set(['decide', 'resume'])
/** Steps with a yes or no. */
export const ANSWERED = new Set(['decide', 'patrol', 'check_return'])

/** What must be said with a step. */
export function mustSay(step: string, yes: string): boolean {
  return step === 'withdraw' || step === 'check_return' || (step === 'patrol' && yes === 'false')
}
