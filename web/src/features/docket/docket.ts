import type { DocketListing, DocketTransfer } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** How a transfer stands: what has not gone in time must go now; what went late keeps its word and not its colour. */
export function transferTone(row: Pick<DocketTransfer, 'sent_on' | 'late' | 'receipt' | 'answered'>): Tone {
  if (row.answered) return 'done'
  if (!row.sent_on) return row.late ? 'late' : 'todo'
  return row.receipt ? 'doing' : 'due'
}

/** How a listing stands. */
export function listingTone(row: Pick<DocketListing, 'lifted' | 'overdue' | 'due_on'>): Tone {
  if (row.lifted) return 'done'
  return row.overdue ? 'late' : row.due_on ? 'doing' : 'due'
}
