import { boxOf, positions } from './measure'
import type { MapFeature, Position, Sight } from './types'

export interface VillageLabel { name: string; at: Position }

/** Where the names of villages stand: in the middle of their places, for the register has no borders. By name. */
export function villagesOf(places: MapFeature[]): VillageLabel[] {
  const sums = new Map<string, { lon: number; lat: number; n: number }>()
  for (const one of places) {
    const box = one.village ? boxOf(positions(one.geometry)) : null
    if (!one.village || !box) continue
    const sum = sums.get(one.village) ?? { lon: 0, lat: 0, n: 0 }
    sum.lon += (box[0] + box[2]) / 2
    sum.lat += (box[1] + box[3]) / 2
    sum.n += 1
    sums.set(one.village, sum)
  }
  const found = [...sums].map(([name, sum]) => ({ name, at: [sum.lon / sum.n, sum.lat / sum.n] as Position }))
  return found.sort((a, b) => a.name.localeCompare(b.name, 'zh'))
}

/** Those the map itself does not name: a village with an outline bears its name there already. */
export function unnamed<T extends VillageLabel>(labels: T[], outlines: Pick<MapFeature, 'name'>[]): T[] {
  const drawn = new Set(outlines.map((one) => one.name))
  return labels.filter((one) => !drawn.has(one.name))
}

/** Those in sight with their pixels; within a township a map is as good as flat. */
export function inSight(labels: VillageLabel[], sight: Sight): (VillageLabel & { x: number; y: number })[] {
  const [west, south, east, north] = sight.box
  if (!(east > west && north > south)) return []
  return labels
    .map((one) => ({ ...one, x: ((one.at[0] - west) / (east - west)) * sight.width, y: ((north - one.at[1]) / (north - south)) * sight.height }))
    .filter((one) => one.x >= 0 && one.y >= 0 && one.x <= sight.width && one.y <= sight.height)
}
