import type { ForceRow } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

type Standing = Pick<ForceRow, 'state' | 'active'>

/** How a force stands: in use and whole, in use with something missing, not accepted yet, no more. */
export function forceState(row: Standing): 'whole' | 'wanting' | 'registered' | 'closed' {
  if (row.state !== 'accepted') return row.state === 'closed' ? 'closed' : 'registered'
  return row.active ? 'whole' : 'wanting'
}

const TONES: Record<ReturnType<typeof forceState>, Tone> = { whole: 'done', wanting: 'late', registered: 'todo', closed: 'na' }
export const forceTone = (row: Standing): Tone => TONES[forceState(row)]

/** Whether something waits to be put right: what the standard asks for is missing, or the kit is to be counted. */
export const isWanting = (row: Standing & Pick<ForceRow, 'count_late'>): boolean => forceState(row) === 'wanting' || row.count_late

/** Forces by village, in the order they came. */
export function byVillage<T extends Pick<ForceRow, 'village'>>(rows: T[]): { id: string; name: string; rows: T[] }[] {
  const groups = new Map<string, { id: string; name: string; rows: T[] }>()
  for (const row of rows) {
    const group = groups.get(row.village.id) ?? { ...row.village, rows: [] }
    group.rows.push(row)
    groups.set(row.village.id, group)
  }
  return [...groups.values()]
}

/** A day so many days later, `YYYY-MM-DD`. */
export function dayAfter(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() + days)
  return at.toISOString().slice(0, 10)
}
