import { expect, it } from 'vitest'
import type { MapFeature } from './types'
import { inSight, unnamed, villagesOf } from './villages'

const place = (village: string | undefined, lon: number, lat: number) => ({ village, geometry: { type: 'Point', coordinates: [lon, lat] } }) as MapFeature

it('a village is named in the middle of its places, and only while that is in sight', () => {
  const labels = villagesOf([place('凌阁堂村', 105.8, 29.2), place('凌阁堂村', 105.9, 29.4), place('场镇社区', 106.5, 29.9), place(undefined, 1, 1)])
  expect(labels.map((one) => [one.name, one.at.map((part) => Number(part.toFixed(3)))])).toEqual([['场镇社区', [106.5, 29.9]], ['凌阁堂村', [105.85, 29.3]]])
  const seen = inSight(labels, { box: [105.8, 29.2, 106, 29.4], metresPerPixel: 1, width: 400, height: 200 })
  expect(seen.map((one) => [one.name, Math.round(one.x), Math.round(one.y)])).toEqual([['凌阁堂村', 100, 100]])
})

it('a village the map names by its outline is not named twice', () => {
  const labels = villagesOf([place('凌阁堂村', 105.8, 29.2), place('场镇社区', 106.5, 29.9)])
  expect(unnamed(labels, [{ name: '凌阁堂村' }, { name: '青峰镇' }]).map((one) => one.name)).toEqual(['场镇社区'])
})
