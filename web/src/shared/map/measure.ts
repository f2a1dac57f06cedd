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

/** On which side of the way from a to b a position lies: left above 0, right below, on it 0. */
const side = (a: Position, b: Position, at: Position): number => (b[0] - a[0]) * (at[1] - a[1]) - (b[1] - a[1]) * (at[0] - a[0])

/** Whether two straight pieces have a point in common. */
function meet(a: Position, b: Position, c: Position, d: Position): boolean {
  const [overC, overD, overA, overB] = [side(a, b, c), side(a, b, d), side(c, d, a), side(c, d, b)]
  if (overC * overD < 0 && overA * overB < 0) return true
  const lies = (from: Position, to: Position, at: Position, over: number): boolean =>
    over === 0 && isIn(at, [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])])
  return lies(a, b, c, overC) || lies(a, b, d, overD) || lies(c, d, a, overA) || lies(c, d, b, overB)
}

/** Whether a ring, closed or not, meets itself elsewhere than from corner to corner: what it encloses is nothing one can say. */
export function crossesItself(ring: Position[]): boolean {
  const corners = ring.filter((at, i) => {
    const before = ring[(i || ring.length) - 1] as Position
    return at[0] !== before[0] || at[1] !== before[1]
  })
  const n = corners.length
  const corner = (i: number): Position => corners[i % n] as Position
  for (let i = 0; i < n; i += 1)
    for (let k = i + 2; k < n; k += 1)
      if (!(i === 0 && k === n - 1) && meet(corner(i), corner(i + 1), corner(k), corner(k + 1))) return true
  return false
}

/** Every position of a geometry. */
export function positions(geometry: Geometry): Position[] {
  return (geometry.type === 'Point' ? [geometry.coordinates] : geometry.coordinates.flat(geometry.type === 'MultiPolygon' ? 2 : geometry.type === 'Polygon' || geometry.type === 'MultiLineString' ? 1 : 0)) as Position[]
}

/** The box around all of them; none around nothing. Of a hundred thousand as well: nothing is spread over a call. */
export function boxOf(all: Position[]): Box | null {
  const [first] = all
  if (!first) return null
  const box: Box = [first[0], first[1], first[0], first[1]]
  for (const [lon, lat] of all) {
    if (lon < box[0]) box[0] = lon
    if (lat < box[1]) box[1] = lat
    if (lon > box[2]) box[2] = lon
    if (lat > box[3]) box[3] = lat
  }
  return box
}

const isIn = ([lon, lat]: Position, [west, south, east, north]: Box): boolean => lon >= west && lon <= east && lat >= south && lat <= north

/** Whether a straight piece runs through a box. */
function crosses(a: Position, b: Position, [west, south, east, north]: Box): boolean {
  let [from, to] = [0, 1]
  for (const [at, step, low, high] of [[a[0], b[0] - a[0], west, east], [a[1], b[1] - a[1], south, north]] as const) {
    if (step === 0) {
      if (at < low || at > high) return false
      continue
    }
    const shares = [(low - at) / step, (high - at) / step]
    from = Math.max(from, Math.min(...shares))
    to = Math.min(to, Math.max(...shares))
    if (from > to) return false
  }
  return true
}

const runsThrough = (run: Position[], box: Box): boolean => run.some((at, i) => (i ? crosses(run[i - 1] as Position, at, box) : run.length === 1 && isIn(at, box)))

/** Whether a position lies within rings, of which those inside others are holes. */
function isWithin([lon, lat]: Position, rings: Position[][]): boolean {
  let inside = false
  for (const ring of rings)
    ring.forEach((at, i) => {
      const before = ring[(i || ring.length) - 1] as Position
      if (at[1] > lat !== before[1] > lat && lon < ((before[0] - at[0]) * (lat - at[1])) / (before[1] - at[1]) + at[0]) inside = !inside
    })
  return inside
}

/** Whether anything of a geometry lies in a box: a spot in it, a line through it, an area over it. */
export function touches(geometry: Geometry, box: Box): boolean {
  const middle: Position = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2]
  const area = (rings: Position[][]): boolean => rings.some((ring) => runsThrough(ring, box)) || isWithin(middle, rings)
  switch (geometry.type) {
    case 'Point': return isIn(geometry.coordinates, box)
    case 'MultiPoint': return geometry.coordinates.some((at) => isIn(at, box))
    case 'LineString': return runsThrough(geometry.coordinates, box)
    case 'MultiLineString': return geometry.coordinates.some((run) => runsThrough(run, box))
    case 'Polygon': return area(geometry.coordinates)
    case 'MultiPolygon': return geometry.coordinates.some(area)
  }
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

/** So near to the end of a road the server joins a new one to it, metres. */
const JOIN_M = 8

/** A position, or the end it would be joined to. */
export function snapped(at: Position, ends: Position[]): Position {
  let best = at
  let least = JOIN_M
  for (const end of ends) {
    const away = distance(at, end)
    if (away <= least) [best, least] = [end, away]
  }
  return best
}

/** The ends of lines. */
export function endsOf(geometries: Geometry[]): Position[] {
  return geometries.flatMap((one) => (one.type === 'LineString' ? [one.coordinates[0], one.coordinates.at(-1)] : one.type === 'MultiLineString' ? one.coordinates.flatMap((run) => [run[0], run.at(-1)]) : [])).filter((at): at is Position => !!at)
}

/** Positions as they stand in an address: `105.87,29.26;105.88,29.26`. */
export const spelled = (at: Position[]): string => at.map(([lon, lat]) => `${lon.toFixed(6)},${lat.toFixed(6)}`).join(';')

/** The positions of an address; none where it says none. */
export function unspelled(text: unknown): Position[] {
  const found = String(text ?? '').split(';').filter(Boolean).map((part) => part.split(',').map(Number))
  const fits = ([lon, lat, ...rest]: number[]): boolean => Number.isFinite(lon) && Number.isFinite(lat) && !rest.length
  return found.every(fits) ? found.map(([lon, lat]) => [lon, lat] as Position) : []
}
