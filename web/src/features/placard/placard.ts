import type { PlacardCoverage, PlacardRow } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

export const KINDS = ['village', 'group', 'building', 'grid', 'station', 'unit'] as const
export const SIZES = ['a4', 'a3', 'door'] as const
export const STANDINGS = ['owed', 'to_post', 'changed', 'renamed', 'phone', 'photo_old', 'current'] as const

/** How a placard stands: what is wrong is due until its day has passed. */
export function placardTone(row: Pick<PlacardRow, 'standing' | 'late'>): Tone {
  if (row.standing === 'current') return 'done'
  if (row.standing === 'to_post') return 'todo'
  if (row.standing === 'void') return 'na'
  return row.late ? 'late' : 'due'
}

/** Why somebody has to walk there, for a list he takes along: who goes, who comes, what is said otherwise. */
export function whatIsWrong(row: Pick<PlacardRow, 'gone' | 'come' | 'otherwise'>, say: (key: string, names: string) => string): string[] {
  const names = (of: string[]): string => of.join('、')
  return [...(row.gone.length ? [say('goes', names(row.gone))] : []), ...(row.come.length ? [say('comes', names(row.come))] : []), ...row.otherwise]
}

/** The size a new one usually has: a village's is read from across the yard, a unit's at the door. */
export function usualSize(kind: string): string {
  if (kind === 'village') return 'a3'
  return kind === 'unit' ? 'door' : 'a4'
}

/** All villages together. */
export function summed(rows: PlacardCoverage[]): { total: number; current: number; villages: number; rosters: number } {
  const sum = (of: (row: PlacardCoverage) => number): number => rows.reduce((n, row) => n + of(row), 0)
  return { total: sum((row) => row.total), current: sum((row) => row.current), villages: rows.length, rosters: sum((row) => (row.roster ? 1 : 0)) }
}
