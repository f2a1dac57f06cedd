import { expect, it } from 'vitest'
import { style } from './style'
import type { MapLayer } from './types'

it('names stand over the dots of every layer, those of villages over all', () => {
  const layer = (id: string, code: string): MapLayer => ({ id, label: id, classes: [{ code, label: code }], bounds: null, n: 1, queryables: [] })
  const drawn = style([layer('territories', 'outline_village'), layer('places', 'red')], false, 'light', '', '2026-11-25', 1).layers.map((one) => one.id)
  const at = (id: string): number => drawn.indexOf(id)
  expect(at('places/places/badge')).toBeGreaterThan(at('places/places/dot'))
  expect(at('places/places/name')).toBeGreaterThan(at('places/places/badge'))
  expect(at('territories/territories/name')).toBeGreaterThan(at('places/places/name'))
  expect(at('drawn/area')).toBeGreaterThan(at('territories/territories/name'))
})
