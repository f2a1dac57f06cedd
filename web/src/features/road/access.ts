import type { AccessReport, AccessRow, AccessWay, ReachView, RouteView } from '@/shared/api/contract'
import type { Geometry, MapFeature, MapLayer, Position } from '@/shared/map/types'

type Say = (key: string) => string

/** How a vehicle gets somewhere, the best first. */
export const VERDICTS = ['sure', 'perhaps', 'late', 'perhaps_late', 'never'] as const

/** The way of one vehicle to a target. */
export const wayOf = (row: AccessRow, vehicle: string): AccessWay | undefined => row.ways.find((way) => way.vehicle === vehicle)

/** Where the desk shows a target; a village group has no page of its own. */
export const pageOf = (row: Pick<AccessRow, 'kind' | 'target'>): string => (row.kind === 'house' ? `/houses/${row.target.id}` : row.kind === 'place' ? `/places/${row.target.id}` : '/roads/access')

const layer = (id: string, label: string, classes: [code: string, label: string][]): MapLayer => ({ id, label, classes: classes.map(([code, word]) => ({ code, label: word })), bounds: null, n: 0, queryables: [] })

/** What the signs of the map of reach mean; areas lie under ways, ways under targets. */
export function accessLegend(t: Say, withReach: boolean, withWay: boolean): MapLayer[] {
  return [
    ...(withReach ? [layer('reach', t('road.reachTitle'), [['reach_perhaps', t('road.reachPerhaps')], ['reach_sure', t('road.reachSure')]])] : []),
    ...(withWay ? [layer('way', t('road.wayTitle'), [['way_perhaps', t('road.wayPerhaps')], ['way_sure', t('road.waySure')]])] : []),
    layer('targets', t('road.targetOrPlace'), VERDICTS.map((verdict): [string, string] => [`target_${verdict}`, t(`road.verdicts.${verdict}`)])),
    layer('blocking', t('road.blockingTitle'), [['blocking', t('road.blockingStretch')]]),
  ]
}

/** How far a vehicle gets: what is sure lies in what may be. */
export function reachOnMap(reach: ReachView | null): MapFeature[] {
  if (!reach) return []
  return (['optimistic', 'pessimistic'] as const).map((reading) => ({ layer: 'reach', id: reading, geometry: reach[reading].geometry as unknown as Geometry, name: '', class: reading === 'optimistic' ? 'reach_perhaps' : 'reach_sure', class_label: '', page: '/roads/access' }))
}

/** A way under both readings; the same way twice is drawn once. */
export function wayOnMap(found: RouteView | null): MapFeature[] {
  if (!found) return []
  const same = JSON.stringify(found.optimistic?.geometry) === JSON.stringify(found.pessimistic?.geometry)
  const one = (way: RouteView['optimistic'], sure: boolean): MapFeature[] => (way ? [{ layer: 'way', id: sure ? 'sure' : 'perhaps', geometry: way.geometry as unknown as Geometry, name: '', class: sure ? 'way_sure' : 'way_perhaps', class_label: '', page: '/roads/access' }] : [])
  return [...(same ? [] : one(found.optimistic, false)), ...one(found.pessimistic, true)]
}

/** Targets by how one vehicle gets there, and each stretch that stands in the way of one, once. */
export function targetsOnMap(report: AccessReport, vehicle: string, why: (way: AccessWay) => string): MapFeature[] {
  const stretches = new Map<string, MapFeature>()
  const targets = report.rows.flatMap((row): MapFeature[] => {
    const way = wayOf(row, vehicle)
    if (!way) return []
    for (const one of way.blocked_by) {
      const id = `${one.lon},${one.lat}`
      const reason = why({ ...way, blocked_by: [one] })
      if (!stretches.has(id)) stretches.set(id, { layer: 'blocking', id, geometry: { type: 'Point', coordinates: [one.lon, one.lat] as Position }, name: `${one.name} ${reason}`, class: 'blocking', class_label: '', page: one.road ? `/roads/${one.road.id}` : '/roads/access' })
    }
    return [{ layer: 'targets', id: `${row.kind}/${row.target.id}`, geometry: { type: 'Point', coordinates: [row.lon, row.lat] as Position }, name: row.target.name, class: `target_${way.verdict}`, class_label: '', page: pageOf(row), village: row.village.name }]
  })
  return [...targets, ...stretches.values()]
}

/** A position as the interface reads it. */
export const spoken = (at: Position): string => `${at[0].toFixed(6)},${at[1].toFixed(6)}`
