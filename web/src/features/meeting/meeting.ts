import type { Tone } from '@/shared/ui/tone'

/** How a meeting stands: held without minutes is what somebody must still do. */
export function meetingTone(state: string): Tone {
  return state === 'minuted' ? 'done' : state === 'held' ? 'due' : state === 'cancelled' || state === 'voided' ? 'na' : 'todo'
}

/** What people type line by line, without the empty ones. */
export const lines = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter(Boolean)
