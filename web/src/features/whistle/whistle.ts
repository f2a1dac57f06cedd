import type { WhistleBody, WhistleRow } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** How a whistle stands: one with a body that is silent beyond its time must be acted on. */
export function whistleTone(row: Pick<WhistleRow, 'stage' | 'height'>): Tone {
  if (row.height.code !== 'none') return 'late'
  const tones: Record<string, Tone> = { raised: 'todo', returned: 'due', sent: 'doing', done: 'due', closed: 'done' }
  return tones[row.stage.code] ?? 'na'
}

/** How a body stands. */
export function bodyTone(body: Pick<WhistleBody, 'standing' | 'height'>): Tone {
  if (body.height.code !== 'none') return 'late'
  const tones: Record<string, Tone> = { waiting: 'todo', received: 'doing', refused: 'due', arrived: 'doing', finished: 'done' }
  return tones[body.standing.code] ?? 'na'
}

/** Steps with which something must be said, whatever else is chosen. */
const SAID = new Set(['return', 'resend', 'refuse', 'insist', 'reroute', 'opine', 'finish', 'void'])
/** What must be said with a step: who is displeased says why, who closes without every judgement as well. */
export function mustSay(step: string, score: string, unrated: number): boolean {
  return SAID.has(step) || (step.startsWith('rate_') && score === 'poor') || (step === 'close' && unrated > 0)
}

/** In time of those due, as a share of one; nothing due is no share. */
export const rate = (row: { due: number; in_time: number }): number | null => (row.due ? row.in_time / row.due : null)
