import type { Tone } from '@/shared/ui/tone'

/** How closely a house is kept: what nobody recorded is to be done, key control stands out. */
export function gradeTone(grade: string): Tone {
  const tones: Record<string, Tone> = { key: 'late', raised: 'due', unknown: 'todo', ordinary: 'done' }
  return tones[grade] ?? 'na'
}

/** How a department's check stands. */
export function checkTone(answer: string): Tone {
  return answer === 'verified' ? 'done' : answer === 'lacking' ? 'late' : answer === 'ended' ? 'na' : 'todo'
}

/** A count as typed, which a number field hands over as a number; null where nobody counted. */
export function count(typed: string | number): number | null {
  const text = String(typed).trim()
  return /^\d{1,5}$/.test(text) ? Number(text) : null
}
