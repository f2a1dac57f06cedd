import type { Tone } from '@/shared/ui/tone'

/** How closely a house is kept: what nobody recorded is to be done, key control stands out. */
export function gradeTone(grade: string): Tone {
  const tones: Record<string, Tone> = { key: 'late', raised: 'due', unknown: 'todo', ordinary: 'done' }
  return tones[grade] ?? 'na'
}

/** How a department's check stands. */
export function checkTone(answer: string): Tone {
  return answer === 'verified' ? 'done' : answer === 'lacking' ? 'late' : 'todo'
}

/** A count as typed; null where nobody counted. */
export function count(text: string): number | null {
  return /^\d{1,5}$/.test(text.trim()) ? Number(text) : null
}
