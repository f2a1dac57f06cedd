import type { ScenarioChange, ScenarioResult } from '@/shared/api/contract'
import { UNITS } from './road'

type Say = (key: string, named: Record<string, unknown>) => string
export const WHATS = ['measure', 'close', 'open', 'station', 'water', 'flow'] as const
export const CHANGES = ['gained', 'perhaps_gained', 'assured', 'doubtful', 'lost', 'faster', 'slower', 'brought', 'withdrawn'] as const
/** Those that hang on what nobody measured or nobody has: told where there are any. */
const HANGING: readonly string[] = ['perhaps_gained', 'assured', 'doubtful', 'brought', 'withdrawn']
/** The columns of the table: those in time are of the changes before them. */
const OUTCOMES: readonly string[] = ['gained', 'perhaps_gained', 'assured', 'doubtful', 'lost', 'faster', 'slower', 'in_time', 'out_of_time', 'brought', 'withdrawn']
/** The limits a list may change, as the interface names them. */
export const LIMIT_WORDS = ['width', 'height', 'load', 'slope', 'turning_radius'] as const
const KEYS = { width: 'width_m', height: 'height_m', load: 'load_t', slope: 'slope_pct', turning_radius: 'turning_radius_m' } as const

/** The key of a limit's word. */
export const limitKey = (limit: string): (typeof KEYS)[keyof typeof KEYS] => KEYS[limit as keyof typeof KEYS] ?? 'width_m'

/** A change in one line. */
export function changeWords(t: Say, one: ScenarioChange): string {
  const name = one.name ?? ''
  if (one.what === 'measure') {
    const key = limitKey(one.limit ?? '')
    const part = one.part_m ?? (one.part ? null : undefined)
    return t(part === undefined ? 'road.change.measure' : 'road.change.measurePart', { name, m: part ?? '—', limit: t(`road.limits.${key}`, {}), value: `${one.value} ${UNITS[key]}` })
  }
  if (one.what === 'close') return t(one.stops === 'vehicles' ? 'road.change.closeVehicles' : 'road.change.close', { name, from: one.from ?? '', until: one.until ?? t('road.furtherNotice', {}) })
  if (one.what === 'water' || one.what === 'flow') return t(`road.change.${one.what}`, { name, value: one.value ?? '' })
  return t(`road.change.${one.what}`, { name })
}

type Counted = ScenarioResult['counts'][number]
interface Cell { outcome: string; n: number; residents?: number; people?: number }

/** What a kind of vehicle gains and loses: the changes, newly in time, no longer in time, each with its people. */
function cells(one: Counted): Cell[] {
  const counted = ['gained', 'perhaps_gained', 'assured', 'doubtful', 'lost', 'brought', 'withdrawn', 'in_time', 'out_of_time'] as const
  const cell = new Map<string, Cell>(counted.map((key) => [key, { outcome: key, n: one[key], residents: one[`${key}_residents`], people: one[`${key}_people`] }]))
  for (const key of ['faster', 'slower'] as const) cell.set(key, { outcome: key, n: one[key] })
  return OUTCOMES.flatMap((key) => cell.get(key) ?? [])
}

/** The table of what vehicles gain and lose: the columns there is a need for, and a row of cells for each vehicle. */
export function table(counts: Counted[]): { outcomes: string[]; rows: { vehicle: string; assumed: boolean; cells: Cell[] }[] } {
  const rows = counts.map((one) => ({ vehicle: one.vehicle.code, assumed: one.assumed, cells: cells(one) }))
  const idle = (outcome: string): boolean => HANGING.includes(outcome) && rows.every((row) => row.cells.every((cell) => cell.outcome !== outcome || !cell.n))
  const outcomes = OUTCOMES.filter((outcome) => !idle(outcome))
  return { outcomes, rows: rows.map((row) => ({ ...row, cells: row.cells.filter((cell) => outcomes.includes(cell.outcome)) })) }
}
