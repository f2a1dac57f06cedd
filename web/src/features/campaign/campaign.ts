import type { CampaignProgress, CampaignRow } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** How a campaign stands: late is one that is over and not closed. */
export function campaignTone(row: Pick<CampaignRow, 'state' | 'overdue'>): Tone {
  if (row.overdue) return 'late'
  return row.state === 'closed' ? 'done' : row.state === 'void' ? 'na' : 'doing'
}

/** How far a place has come. */
export function standingTone(standing: string): Tone {
  return standing === 'done' ? 'done' : standing === 'open' ? 'due' : standing === 'out' ? 'na' : 'todo'
}

/** Done of all, as a share of one; an empty list has come nowhere. */
export const share = (progress: CampaignProgress): number => (progress.places ? progress.done / progress.places : 0)
