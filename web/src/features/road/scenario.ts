import type { ScenarioChange } from '@/shared/api/contract'
import { UNITS } from './road'

type Say = (key: string, named: Record<string, unknown>) => string
export const WHATS = ['measure', 'close', 'open', 'station', 'water', 'flow'] as const
export const CHANGES = ['gained', 'lost', 'faster', 'slower'] as const
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
  if (one.what === 'close') return t('road.change.close', { name, from: one.from ?? '', until: one.until ?? t('road.furtherNotice', {}) })
  if (one.what === 'water' || one.what === 'flow') return t(`road.change.${one.what}`, { name, value: one.value ?? '' })
  return t(`road.change.${one.what}`, { name })
}
