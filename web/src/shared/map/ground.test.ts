import { expect, test } from 'vitest'
import type { BaseMap } from '../api/contract'
import { groundOf } from './ground'

const map = (id: string, more: Partial<BaseMap> = {}): BaseMap => ({ id, kind: 'vector', min_zoom: 6, max_zoom: 16, bounds: null, layers: [], attribution: '', outside: false, own: false, version: '', ...more })
const [roads, town, outside] = [map('road_map', { own: true }), map('town'), map('tianditu', { outside: true })] as const

test('the map of roads lies under all where nobody put or chose another', () => {
  expect(groundOf([roads, outside], null)?.id).toBe('road_map')
  expect(groundOf([town, roads], null)).toBeNull()
  expect(groundOf([outside], null)).toBeNull()
  expect(groundOf([town, roads], 'town')?.id).toBe('town')
  expect(groundOf([roads], '')).toBeNull()
})
