import type { AccessWay, BlockedLane, ClosedView, FitnessView, RoadRow } from '@/shared/api/contract'
import { day } from '@/shared/formats'
import type { MapFeature, MapLayer, Position } from '@/shared/map/types'
import type { Tone } from '@/shared/ui/tone'

export const VEHICLES = ['engine', 'mini', 'motorcycle'] as const
export const RANKS = ['inter_village', 'village_main', 'village_branch', 'forest', 'path'] as const
export const LIMITS = ['width_m', 'height_m', 'load_t', 'slope_pct', 'turning_radius_m'] as const
export const UNITS: Record<(typeof LIMITS)[number], string> = { width_m: 'm', height_m: 'm', load_t: 't', slope_pct: '%', turning_radius_m: 'm' }

/** Whom a closure stops: everybody, or vehicles, past which people walk. */
export const STOPS = ['everybody', 'vehicles'] as const
export type Stops = (typeof STOPS)[number]

/** From which day to which a closure lasts; one that was lifted the day it began ended before it covered a day. */
export function lasts(closed: Pick<ClosedView, 'from' | 'until'>, t: (key: string, named: Record<string, unknown>) => string): string {
  if (closed.until && closed.until < closed.from) return t('road.sameDay', { on: day(closed.from) })
  return `${day(closed.from)} – ${closed.until ? day(closed.until) : t('road.furtherNotice', {})}`
}

/** Whether a vehicle passes, as a tone: unknown is something to be done, not something good. */
export function passTone(passes: string): Tone {
  return passes === 'yes' ? 'done' : passes === 'no' ? 'late' : 'todo'
}

/** How a vehicle gets to somebody, as a tone. */
export function wayTone(verdict: string): Tone {
  return verdict === 'sure' ? 'done' : verdict === 'perhaps' || verdict === 'perhaps_late' ? 'due' : verdict === 'late' ? 'doing' : 'late'
}

/** Minutes under both readings: one number when they agree. */
export function minutes(way: Pick<AccessWay, 'minutes' | 'careful_minutes'>): string {
  if (way.minutes === null) return '—'
  if (way.careful_minutes === null) return `${way.minutes} / —`
  return way.minutes === way.careful_minutes ? String(way.minutes) : `${way.minutes} / ${way.careful_minutes}`
}

/** Whom a blocked lane cuts off, and apart from them whom it makes doubtful. */
export function effectWords(t: (key: string, named: Record<string, unknown>) => string, effect: NonNullable<BlockedLane['effect']>): string {
  // Residents of village groups and people registered at places may be the same ones: said side by side, never added.
  const who = (residents: number, people: number): string =>
    [residents ? t('road.ofResidents', { n: residents }) : '', people || !residents ? t('road.blocked.registered', { n: people }) : ''].filter(Boolean).join(t('road.blocked.and', {}))
  const lost = effect.lost ? t('road.blocked.loses', { n: effect.lost, who: who(effect.residents, effect.people), names: effect.names.join('、') }) : ''
  const doubtful = effect.doubtful ? t('road.blocked.doubts', { n: effect.doubtful, who: who(effect.doubtful_residents, effect.doubtful_people), names: effect.doubtful_names.join('、') }) : ''
  return [lost, doubtful].filter(Boolean).join('；') || t('road.blocked.nobody', {})
}

export const passOf = (row: Pick<RoadRow, 'passing'>, vehicle: string): string => row.passing.find((one) => one.vehicle.code === vehicle)?.passes ?? 'unknown'

/** What the map of the page says of stretches for one vehicle. */
export function coloured(rows: RoadRow[], vehicle: string): MapFeature[] {
  return rows.map((row) => {
    const passes = passOf(row, vehicle)
    return {
      layer: 'passing', id: row.id, geometry: { type: 'LineString', coordinates: row.line as Position[] }, name: row.name, page: `/roads/${row.id}`,
      class: row.closed !== null ? 'closed' : passes === 'yes' ? 'passes' : passes === 'no' ? 'refused' : 'unmeasured', class_label: '', village: row.territory.name,
    }
  })
}

/** The legend of that map. */
export function legend(word: (key: string) => string): MapLayer {
  const classes = ['passes', 'unmeasured', 'refused', 'closed'].map((code) => ({ code, label: word(`road.map.${code}`) }))
  return { id: 'passing', label: word('road.title'), classes, bounds: null, n: 0, queryables: [] }
}

/** A measured value as text for a field; empty when nobody measured it. */
export const typed = (value: number | null | undefined): string => (value === null || value === undefined ? '' : String(value))
/** The number of a field; a field of numbers hands over a number once something was typed. */
export const amount = (text: string | number): number | null => (String(text).trim() ? Number(text) : null)

const MEASURED = [...LIMITS, 'dead_end', 'turnaround', 'wet_season'] as const
/** Whether anything measured is said to be otherwise. */
export const isOther = (one: FitnessView, other: FitnessView): boolean => MEASURED.some((key) => (one[key] ?? null) !== (other[key] ?? null))

/** The measured values in words. */
export function measured(row: FitnessView): [key: (typeof LIMITS)[number], value: string][] {
  return LIMITS.flatMap((key) => (row[key] === null || row[key] === undefined ? [] : [[key, `${row[key]} ${UNITS[key]}`] as [typeof key, string]]))
}
