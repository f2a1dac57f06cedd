import { expect, it } from 'vitest'
import { area, boxOf, circle, crossesItself, distance, length, positions, roomy, roundLength, shapeOf, snapped, spelled, touches, union, unspelled } from './measure'
import type { Position } from './types'

it('a degree of latitude is 111 km, one of longitude shrinks with the cosine', () => {
  expect(distance([106, 29], [106, 30])).toBeCloseTo(111_195, -1)
  expect(distance([106, 60], [107, 60]) / distance([106, 0], [107, 0])).toBeCloseTo(0.5, 3)
  expect(length([[106, 29], [106, 29.01], [106, 29]])).toBeCloseTo(2 * 1_111.95, 0)
  expect(length([[106, 29]])).toBe(0)
})

it('a square kilometre is one, closed or open, whichever way it turns', () => {
  const lat = 1 / 111.195
  const lon = lat / Math.cos((29 * Math.PI) / 180)
  const square: Position[] = [[106, 29], [106 + lon, 29], [106 + lon, 29 + lat], [106, 29 + lat]]
  expect(area(square) / 1e6).toBeCloseTo(1, 2)
  expect(area([...square].reverse())).toBeCloseTo(area(square), 3)
  expect(area([...square, square[0] as Position])).toBeCloseTo(area(square), 3)
})

it('an area that crosses itself is none, whichever corner it begins at', () => {
  const bow: Position[] = [[0, 0], [2, 2], [2, 0], [0, 2]]
  for (let n = 0; n < 4; n += 1) expect(crossesItself([...bow.slice(n), ...bow.slice(0, n)])).toBe(true)
  expect(crossesItself([...bow, bow[0] as Position])).toBe(true)
  const square: Position[] = [[0, 0], [2, 0], [2, 2], [0, 2]]
  expect([square, [...square, square[0] as Position], [...square].reverse(), square.slice(0, 3)].map(crossesItself)).toEqual([false, false, false, false])
  expect(crossesItself([[0, 0], [4, 0], [4, 4], [2, 0], [0, 4]])).toBe(true)
  expect(crossesItself([[0, 0], [1, 0], [1, 0], [1, 1]])).toBe(false)
})

it('boxes hold what they are around', () => {
  expect(boxOf([])).toBeNull()
  expect(boxOf([[1, 5], [3, 2]])).toEqual([1, 2, 3, 5])
  expect(union([null, [1, 1, 2, 2], [0, 3, 1, 4]])).toEqual([0, 1, 2, 4])
  expect(union([null])).toBeNull()
  const [west, south, east, north] = roomy([106, 29, 106, 29])
  expect(east - west).toBeGreaterThan(0.008)
  expect(north - south).toBeGreaterThan(0.006)
})

it('a box around very many is found, and what a click touches is a line or an area as well as a corner', () => {
  const many = Array.from({ length: 300_000 }, (_, n): Position => [n / 1e6, 1 - n / 1e6])
  expect(boxOf(many)).toEqual([0, 1 - 0.299999, 0.299999, 1])
  const near = [9, 9, 11, 11] as [number, number, number, number]
  expect(touches({ type: 'Point', coordinates: [10, 10] }, near)).toBe(true)
  expect(touches({ type: 'LineString', coordinates: [[0, 10], [20, 10]] }, near)).toBe(true)
  expect(touches({ type: 'LineString', coordinates: [[0, 0], [0, 20], [20, 20]] }, near)).toBe(false)
  expect(touches({ type: 'LineString', coordinates: [[0, 14], [14, 0]] }, near)).toBe(false)
  const ring: Position[] = [[0, 0], [20, 0], [20, 20], [0, 20], [0, 0]]
  const hole: Position[] = [[5, 5], [15, 5], [15, 15], [5, 15], [5, 5]]
  expect(touches({ type: 'Polygon', coordinates: [ring] }, near)).toBe(true)
  expect(touches({ type: 'Polygon', coordinates: [ring, hole] }, near)).toBe(false)
  expect(touches({ type: 'MultiPolygon', coordinates: [[hole], [[[30, 30], [31, 30], [31, 31], [30, 30]]]] }, near)).toBe(true)
})

it('what is drawn snaps to the end of a road within eight metres, and to nothing further off', () => {
  const ends: Position[] = [[105.87, 29.26], [105.88, 29.26]]
  expect(snapped([105.87005, 29.26], ends)).toEqual([105.87, 29.26])
  expect(snapped([105.8702, 29.26], ends)).toEqual([105.8702, 29.26])
  expect(snapped([105.87005, 29.26], [])).toEqual([105.87005, 29.26])
})

it('the bar of the scale has a round length', () => {
  expect([0.7, 1, 4.9, 87, 240, 999, 5_100].map(roundLength)).toEqual([0.5, 1, 2, 50, 200, 500, 5_000])
})

it('a drawing is GeoJSON as soon as it has corners enough', () => {
  const two: Position[] = [[1, 1], [2, 1]]
  expect(shapeOf('Point', two)).toEqual({ type: 'Point', coordinates: [2, 1] })
  expect(shapeOf('LineString', [[1, 1]])).toBeNull()
  expect(shapeOf('LineString', two)).toEqual({ type: 'LineString', coordinates: two })
  expect(shapeOf('Polygon', two)).toBeNull()
  expect(shapeOf('Polygon', [...two, [2, 2]])).toEqual({ type: 'Polygon', coordinates: [[[1, 1], [2, 1], [2, 2], [1, 1]]] })
  expect(positions({ type: 'MultiPolygon', coordinates: [[[[1, 2], [3, 4]]]] })).toEqual([[1, 2], [3, 4]])
  expect(positions({ type: 'Point', coordinates: [1, 2] })).toEqual([[1, 2]])
})

it('a circle is as far from its middle everywhere', () => {
  const middle: Position = [105.9, 29.3]
  const all = positions(circle(middle, 1_000))
  for (const at of all) expect(distance(middle, at)).toBeCloseTo(1_000, -1)
  expect(all[0]?.[1]).toBeCloseTo(all.at(-1)?.[1] ?? 0, 9)
})

it('what was drawn goes through an address and back, and nonsense is nothing', () => {
  const line: Position[] = [[105.87, 29.26], [105.88, 29.261234]]
  expect(unspelled(spelled(line))).toEqual(line)
  for (const wrong of [undefined, '', 'x', '105.87', '105.87,29.26,3']) expect(unspelled(wrong)).toEqual([])
})
