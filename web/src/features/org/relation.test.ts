import { expect, it } from 'vitest'
import { usualRelation } from './relation'

it('a police station is proposed as the district\'s, a unit as nobody\'s, an office as the town\'s', () => {
  expect(['police', 'fire_rescue', 'unit', 'dept', 'village'].map(usualRelation)).toEqual(['district', 'district', 'social', 'town', 'town'])
})
