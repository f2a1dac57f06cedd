// How a tally is shown: its pieces in a fixed order, one mark for the whole, and its number with what it was counted
// from. A tally without anything due has no number: it is never 0 %.
import type { Tally } from '@/shared/api/contract'
import { hundredths } from '@/shared/formats'
import type { Tone } from '@/shared/ui/tone'

/** The pieces of a stacked bar, worst last, so that the eye ends on what is missing. */
export const PIECES = ['met', 'ahead', 'late', 'partial', 'unmet', 'open', 'not_due', 'waived', 'not_applicable', 'no_data'] as const
export type Piece = (typeof PIECES)[number]

/** The pieces that are there, in order. */
export function pieces(tally: Tally): { piece: Piece; n: number }[] {
  return PIECES.map((piece) => ({ piece, n: tally[piece] })).filter((one) => one.n > 0)
}

/** The word for the whole: the worst that is there decides. Keys of `board.whole`. */
export type Whole = 'unmet' | 'partial' | 'late' | 'open' | 'met' | 'ahead' | 'not_due' | 'no_data' | 'waived' | 'unscored' | 'none'

/** Of a duty that nobody owes yet it is not known whether anybody should, while its data have no source (`known`). */
export function wholeOf(tally: Tally, known = true): Whole {
  if (tally.total === 0 && tally.beside > 0) return 'unscored'
  if (tally.total === 0) return known ? 'none' : 'no_data'
  if (tally.unmet > 0) return 'unmet'
  if (tally.partial > 0) return 'partial'
  if (tally.open > 0) return 'open'
  if (tally.late > 0) return 'late'
  // Before anything was due nothing is done yet, only some of it early.
  if (tally.met > 0 && !(tally.ratio === null && tally.due === 0 && tally.not_due > 0)) return 'met'
  if (tally.ahead > 0) return 'ahead'
  if (tally.not_due > 0) return 'not_due'
  if (tally.no_data > 0) return 'no_data'
  return 'waived'
}

const TONES: Record<Whole, Tone> = {
  unmet: 'late', partial: 'due', late: 'done', open: 'doing', met: 'done', ahead: 'done', not_due: 'todo', no_data: 'na', waived: 'na', unscored: 'na', none: 'na',
}
export const wholeTone = (tally: Tally): Tone => TONES[wholeOf(tally)]

/** What was done of what was due, by count; done late counts as done, since it is shown apart. */
export function fraction(tally: Tally): { done: number; due: number } {
  return { done: tally.met + tally.late, due: tally.due }
}

/** How many were done in part, where their credit is in the share: then it stands above the count beside it. */
export const partlyDone = (tally: Tally): number => (tally.ratio ? tally.partial : 0)

/** Whether a duty enters any figure of several; what is only encouraged or weighs nothing is shown on its own. */
export const isScored = (duty: { informational: boolean; weight: number }): boolean => !duty.informational && duty.weight > 0

/** The weighted share as the server computed it; none without data or before anything was due. Never rounds up to 100. */
export function ratioText(tally: Tally): string | null {
  if (tally.ratio === null) return null
  const tenths = hundredths(tally.ratio)
  return Number.isInteger(tenths) ? String(tenths) : tenths.toFixed(1)
}

/** The periods the picker offers, seen from a day; the first is what the server takes when nothing is said. */
export function periods(today: string): { code: string; from: string; to: string }[] {
  const year = Number(today.slice(0, 4))
  const month = Number(today.slice(5, 7))
  const two = (n: number) => String(n).padStart(2, '0')
  const end = (y: number, m: number) => `${y}-${two(m)}-${two(new Date(Date.UTC(y, m, 0)).getUTCDate())}`
  const quarter = Math.floor((month - 1) / 3)
  const before = month === 1 ? { y: year - 1, m: 12 } : { y: year, m: month - 1 }
  return [
    { code: 'to_date', from: `${year}-01-01`, to: today },
    { code: 'year', from: `${year}-01-01`, to: `${year}-12-31` },
    { code: 'quarter', from: `${year}-${two(quarter * 3 + 1)}-01`, to: end(year, quarter * 3 + 3) },
    { code: 'month', from: `${year}-${two(month)}-01`, to: end(year, month) },
    { code: 'last_month', from: `${before.y}-${two(before.m)}-01`, to: end(before.y, before.m) },
    { code: 'last_year', from: `${year - 1}-01-01`, to: `${year - 1}-12-31` },
  ]
}

/** Points of a small trend line; months without a number leave a gap instead of falling to zero. */
export function trendPaths(ratios: (number | null)[], width: number, height: number): string[] {
  const step = ratios.length > 1 ? width / (ratios.length - 1) : 0
  const paths: string[] = []
  let run: string[] = []
  const flush = () => {
    if (run.length > 0) paths.push(run.join(' '))
    run = []
  }
  ratios.forEach((ratio, i) => {
    if (ratio === null) flush()
    else run.push(`${(i * step).toFixed(1)},${((1 - Math.min(1, Math.max(0, ratio))) * height).toFixed(1)}`)
  })
  flush()
  return paths
}

/** A village's name for a narrow column. */
export const shortName = (name: string): string => name.replace(/(村|社区|（社区）)$/, '')

/** The number in a clause's code: `10` of `C10`; none for the safeguards, which are counted apart. */
export const numberOf = (code: string): string => /^C?(\d+)$/.exec(code)?.[1] ?? ''

/** The tasks among clauses of the plan; the rest are its safeguards. The plan says which is which, whatever the codes look like. */
export const tasksOf = <T extends { section: string }>(rows: T[]): T[] => rows.filter((row) => row.section !== 'safeguards')

/** Clauses in the plan's own order under its headings; where it has none, all of them without any. */
export function partsOf<T extends { part?: string | null }>(rows: T[]): { part: string; rows: T[] }[] {
  const found: { part: string; rows: T[] }[] = []
  for (const row of rows) {
    const part = row.part ?? ''
    const last = found[found.length - 1]
    if (last?.part === part) last.rows.push(row)
    else found.push({ part, rows: [row] })
  }
  return found
}
