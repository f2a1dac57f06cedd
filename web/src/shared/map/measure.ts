import type { Box, Geometry, Position } from './types'

/** Mean radius of the earth, metres. */
const EARTH_M = 6_371_008.8
const rad = (deg: number): number => (deg * Math.PI) / 180

/** Metres between two positions along the sphere. */
export function distance([lon1, lat1]: Position, [lon2, lat2]: Position): number {
  const a = Math.sin(rad(lat2 - lat1) / 2) ** 2 + Math.cos(rad(lat1)) * Math.cos(rad(lat2)) * Math.sin(rad(lon2 - lon1) / 2) ** 2
  return 2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(a)))
}

/** Metres along a way. */
export function length(way: Position[]): number {
  return way.slice(1).reduce((sum, at, i) => sum + distance(way[i] as Position, at), 0)
}

/** Square metres within a ring, closed or not. */
export function area(ring: Position[]): number {
  const twice = ring.reduce((sum, [lon1, lat1], i) => {
    const [lon2, lat2] = ring[(i + 1) % ring.length] as Position
    return sum + rad(lon2 - lon1) * (2 + Math.sin(rad(lat1)) + Math.sin(rad(lat2)))
  }, 0)
  return Math.abs((twice * EARTH_M * EARTH_M) / 2)
}

/** Every position of a geometry. */
export function positions(geometry: Geometry): Position[] {
  return (geometry.type === 'Point' ? [geometry.coordinates] : geometry.coordinates.flat(geometry.type === 'MultiPolygon' ? 2 : geometry.type === 'Polygon' || geometry.type === 'MultiLineString' ? 1 : 0)) as Position[]
}

/** The box around all of them; none around nothing. */
export function boxOf(all: Position[]): Box | null {
  if (!all.length) return null
  const lons = all.map((at) => at[0])
  const lats = all.map((at) => at[1])
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)]
}

export function union(boxes: (Box | null | undefined)[]): Box | null {
  return boxOf(boxes.flatMap((box) => (box ? [[box[0], box[1]] as Position, [box[2], box[3]] as Position] : [])))
}

/** A box with room around it: a spot by itself becomes about a kilometre. */
export function roomy([west, south, east, north]: Box, share = 0.08): Box {
  const wide = Math.max((east - west) * share, east === west ? 0.005 : 0.0005)
  const high = Math.max((north - south) * share, north === south ? 0.004 : 0.0004)
  return [west - wide, south - high, east + wide, north + high]
}

/** The longest round length that fits into so many metres: 1, 2 or 5 and noughts. */
export function roundLength(most: number): number {
  const power = 10 ** Math.floor(Math.log10(most))
  const digit = most / power >= 5 ? 5 : most / power >= 2 ? 2 : 1
  return digit * power
}

/** What has been drawn so far as GeoJSON; nothing before it is one. */
export function shapeOf(kind: 'Point' | 'LineString' | 'Polygon', at: Position[]): Geometry | null {
  const [first] = at
  if (!first) return null
  if (kind === 'Point') return { type: 'Point', coordinates: at[at.length - 1] as Position }
  if (kind === 'LineString') return at.length > 1 ? { type: 'LineString', coordinates: at } : null
  return at.length > 2 ? { type: 'Polygon', coordinates: [[...at, first]] } : null
}

/** A circle of so many metres around a position, as an area of 64 corners. */
export function circle([lon, lat]: Position, metres: number): Geometry {
  const up = (metres / EARTH_M) * (180 / Math.PI)
  const across = up / Math.cos(rad(lat))
  const ring = Array.from({ length: 65 }, (_, n): Position => [lon + across * Math.sin((n * Math.PI) / 32), lat + up * Math.cos((n * Math.PI) / 32)])
  return { type: 'Polygon', coordinates: [ring] }
}
