import type { FacilityKindView, FacilityRow } from '@/shared/api/contract'
import { degrees } from '@/shared/formats'
import type { Tone } from '@/shared/ui/tone'

/** How a facility stands: a fault or a late check is what somebody must act on. */
export function facilityTone(row: Pick<FacilityRow, 'stage' | 'overdue' | 'voided'>): Tone {
  if (row.voided || row.stage.code === 'retired') return 'na'
  if (row.stage.code === 'fault' || row.overdue) return 'late'
  if (row.stage.code === 'in_service') return 'done'
  if (row.stage.code === 'repairing' || row.stage.code === 'found') return 'due'
  return row.stage.code === 'proposed' || row.stage.code === 'planned' ? 'todo' : 'doing'
}

export const STAGES = [
  'proposed', 'planned', 'budgeted', 'designed', 'built', 'accepted', 'found', 'handed_over', 'in_service', 'fault', 'repairing', 'retired',
] as const
export const FAMILIES = ['water', 'forest', 'checkpoint', 'sign', 'device', 'other'] as const

/** Longitude and latitude typed as `105.87, 29.26`, several with semicolons; null where it is none. */
export function positions(text: string): [number, number][] | null {
  const found: [number, number][] = []
  for (const part of text.split(/[;；\n]/).map((one) => one.trim()).filter(Boolean)) {
    const [lon, lat, ...rest] = part.split(/[,，\s]+/).filter(Boolean).map(Number)
    if (lon === undefined || lat === undefined || rest.length || !Number.isFinite(lon) || !Number.isFinite(lat)) return null
    found.push([lon, lat])
  }
  return found
}

/** What was typed as a geometry, drawn as its kind is where the positions allow it; null where there are none. Two positions of what is
 * a point are a line, and refused: nobody knows which of them is meant. */
export function geometry(kind: Pick<FacilityKindView, 'form'>, at: [number, number][]): { type: string; coordinates: unknown } | null {
  const [first] = at
  if (!first) return null
  if (kind.form === 'line') return { type: 'LineString', coordinates: at }
  if (kind.form === 'area' || at.length > 2) return { type: 'Polygon', coordinates: [[...at, first]] }
  return at.length > 1 ? { type: 'LineString', coordinates: at } : { type: 'Point', coordinates: first }
}

/** The positions of a geometry as they are typed. */
export function typed(shape: unknown): string {
  const { type, coordinates } = (shape ?? {}) as { type?: string; coordinates?: unknown }
  const list = type === 'Point' ? [coordinates] : type === 'Polygon' ? ((coordinates as unknown[][])[0] ?? []).slice(0, -1) : ((coordinates as unknown[] | undefined) ?? [])
  return (list as [number, number][]).map((at) => at.slice(0, 2).map(degrees).join(',')).join('; ')
}
