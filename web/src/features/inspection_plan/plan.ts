// What a plan's page works out for itself: heat over the months, words of a span, what an edited list would send.
import type { Day, PlanItem, Span } from '@/shared/api/contract'
import { day } from '@/shared/formats'
import type { Tone } from '@/shared/ui/tone'

export interface Cell { month: string; visits: number; heat: 0 | 1 | 2 | 3 | 4 | 5 }

/** Twelve months of the plan's year, each as warm as its share of the busiest. */
export function heat(year: number, byMonth: { month: string; visits: number }[]): Cell[] {
  const most = Math.max(1, ...byMonth.map((one) => one.visits))
  return Array.from({ length: 12 }, (_, i) => {
    const month = `${year}-${String(i + 1).padStart(2, '0')}`
    const visits = byMonth.find((one) => one.month === month || Number(one.month) === i + 1)?.visits ?? 0
    return { month, visits, heat: (visits === 0 ? 0 : Math.max(1, Math.ceil((visits / most) * 5))) as Cell['heat'] }
  })
}

const TONES: Record<string, Tone> = { draft: 'todo', submitted: 'doing', approved: 'done', returned: 'due', superseded: 'na', void: 'na' }
export const planTone = (state: string): Tone => TONES[state] ?? 'todo'

/** The span somebody chose, or the first thing wrong with it: a key of `inspection_plan.need`. */
export function spanOf(kind: Span['kind'], year: number, month: number, title: string, from: Day, to: Day): Span | string {
  if (kind === 'special') {
    if (!title.trim()) return 'title'
    if (!from || !to) return 'dates'
    if (to < from) return 'order'
    return { kind, title: title.trim(), from, to }
  }
  if (!Number.isInteger(year) || year < 2023 || year > 2100) return 'year'
  return kind === 'year' ? { kind, year } : { kind, year, month }
}

export interface Row { place: { id: string; name: string }; village: string; from: Day; to: Day; reason: string; by_hand: boolean; key: number }

/** Rows to edit, from what the plan holds. */
export const rowsOf = (items: PlanItem[]): Row[] =>
  items.map((one, key) => ({ place: one.place, village: one.village.name, from: one.from, to: one.to, reason: one.reason, by_hand: one.by_hand, key }))

/** Rows whose dates make no sense. */
export const wrongRows = (rows: Row[]): Row[] => rows.filter((row) => !row.from || !row.to || row.to < row.from)

/** Items that touch a month, for the table below the heat. */
export const inMonth = (items: PlanItem[], month: string): PlanItem[] =>
  month ? items.filter((one) => one.from.slice(0, 7) <= month && one.to.slice(0, 7) >= month) : items

/** The visits of each place here and there, for who has to choose; what is the same is left out. */
export function sides(mine: Row[], theirs: Row[]): [label: string, mine: string, theirs: string][] {
  const said = (rows: Row[]): Map<string, [name: string, visits: string[]]> => {
    const of = new Map<string, [string, string[]]>()
    for (const row of rows) {
      const [, visits] = of.get(row.place.id) ?? [row.place.name, []]
      of.set(row.place.id, [row.place.name, [...visits, `${day(row.from)} – ${day(row.to)}${row.reason ? ` ${row.reason.trim()}` : ''}`]])
    }
    return of
  }
  const [here, there] = [said(mine), said(theirs)]
  const visits = (side: typeof here, id: string): string => [...(side.get(id)?.[1] ?? [])].sort().join('；')
  return [...new Set([...here.keys(), ...there.keys()])]
    .map((id) => [(here.get(id) ?? there.get(id))?.[0] ?? id, visits(here, id), visits(there, id)] as [string, string, string])
    .filter(([, a, b]) => a !== b)
}
