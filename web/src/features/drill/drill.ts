import type { Tone } from '@/shared/ui/tone'

/** How a drill stands: late is what should have been held, due is what others must still do. */
export function drillTone(state: string, overdue: boolean): Tone {
  if (overdue) return 'late'
  return state === 'closed' ? 'done' : state === 'held' ? 'due' : state === 'assessed' ? 'doing' : state === 'cancelled' ? 'na' : 'todo'
}

/** Seconds after the start as people say them: 190 → 3:10. */
export const clockOf = (s: number): string => `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`

/** `3:10` or `190` as seconds; null where it is neither. */
export function secondsOf(text: string): number | null {
  const found = /^(?:(\d{1,3})[:：])?(\d{1,5})$/.exec(text.trim())
  if (!found || (found[1] && Number(found[2]) > 59)) return null
  return Number(found[1] ?? 0) * 60 + Number(found[2])
}
