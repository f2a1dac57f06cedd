import type { BaseMap } from '../api/contract'

/** The ground somebody chose by its id; of nobody's choice the map of roads under the network where no other was put there. */
export function groundOf(maps: BaseMap[], chosen: string | null): BaseMap | null {
  if (chosen !== null) return maps.find((one) => one.id === chosen) ?? null
  const inside = maps.filter((one) => !one.outside)
  return inside.every((one) => one.own) ? (inside[0] ?? null) : null
}
