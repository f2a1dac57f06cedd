import type { ReportCaseRow, ReportOrderRow } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

export const STAGES = ['received', 'accepted', 'assigned', 'doubted', 'handled', 'replied', 'closed', 'merged', 'forwarded', 'emergency', 'void_asked', 'void'] as const
export const CHANNELS = ['qr', 'telephone', 'visit', 'line12345', 'yukuaiban', 'line96119', 'open311', 'grid'] as const
export const MATTERS = ['blocked_exit', 'equipment', 'wiring', 'flammables', 'combined', 'forest', 'water', 'other', 'person'] as const

/** How a report stands: what is late, or burns, is what somebody must act on. */
export function reportTone(row: Pick<ReportCaseRow, 'stage' | 'overdue' | 'urgent'>): Tone {
  if (row.overdue) return 'late'
  switch (row.stage.code) {
    case 'replied':
    case 'closed':
      return 'done'
    case 'merged':
    case 'forwarded':
    case 'void':
      return 'na'
    case 'received':
      return row.urgent ? 'due' : 'todo'
    case 'emergency':
    case 'void_asked':
      return 'due'
    default:
      return 'doing'
  }
}

/** The step that the stage asks for next. */
export const NEXT = ['accept', 'assign', 'agree_doubt', 'handle', 'reply', 'close', 'void']
/** Steps that must say something. */
export const MUST_SAY = ['forward', 'doubt', 'reject_doubt', 'handle', 'reply', 'reopen', 'separate', 'write_down', 'ask_void', 'reject_void']

export const RATINGS = ['satisfied', 'fair', 'dissatisfied'] as const

export const ORDER_STAGES = ['waiting', 'ready', 'sent'] as const

/** How the answer to an order stands: late for the other side first, then what can be sent back. */
export function orderTone(row: Pick<ReportOrderRow, 'stage' | 'overdue'>): Tone {
  if (row.overdue) return 'late'
  if (row.stage.code === 'sent') return 'done'
  return row.stage.code === 'ready' ? 'due' : 'doing'
}
