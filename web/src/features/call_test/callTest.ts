import type { Tone } from '@/shared/ui/tone'

/** How a station came out. */
export function outcomeTone(outcome: string): Tone {
  return outcome === 'in_time' ? 'done' : outcome === 'waiting' ? 'doing' : outcome === 'late' ? 'due' : 'late'
}
