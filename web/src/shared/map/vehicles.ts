import type { MapLayer } from './types'

/** The vehicles roads can be shown for, as the interface names them. */
export const VEHICLES = ['engine', 'mini', 'motorcycle'] as const

/** The layer of roads as one vehicle passes them; any other layer, and roads for no vehicle, as they are. */
export function forVehicle(layer: MapLayer, vehicle: string, word: (key: string) => string): MapLayer {
  if (layer.id !== 'roads' || !vehicle) return layer
  return { ...layer, vehicle, classes: ['passes', 'unmeasured', 'refused', 'closed'].map((code) => ({ code, label: word(`map.passing.${code}`) })) }
}

/** The class of a road for a vehicle, by what the road says of it. */
export const passing = (className: string, said: string | null | undefined): string => (className === 'closed' ? 'closed' : said === 'yes' ? 'passes' : said === 'no' ? 'refused' : 'unmeasured')
