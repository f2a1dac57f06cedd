import { expect, it } from 'vitest'
import { lacksOf, type ReportForm } from './report'
import type { HazardCode, Place } from './types'

const codes = [{ code: 'E1', label: '占用疏散通道', category: 'E', category_label: '疏散' }] as HazardCode[]
const NOW = '2026-11-28T09:30'
const empty: ReportForm = { id: 'h', photos: [], category: '', code: '', place: null, seen: null, words: '', when: '' }
const whole: ReportForm = { ...empty, photos: ['p'], category: 'E', code: 'E1', place: { id: 'x' } as Place }
const spot = { id: 's', name: '', category: '', village: '', address: '' }

it('a report names what it lacks in the order of the page', () => {
  expect(lacksOf(empty, codes, NOW)).toEqual(['photo', 'type', 'place'])
  expect(lacksOf({ ...whole, code: '' }, codes, NOW)).toEqual(['exact'])
  expect(lacksOf(whole, codes, NOW)).toEqual([])
})

it('a spot that is in no list is named, with its village and kind; where exactly may be left out', () => {
  const at = (seen: typeof spot) => lacksOf({ ...whole, place: null, seen }, codes, NOW)
  expect(at(spot)).toEqual(['seen', 'village', 'kind'])
  expect(at({ ...spot, name: ' ', village: 'v' })).toEqual(['seen', 'kind'])
  expect(at({ ...spot, name: '岔口', village: 'v', category: 'other' })).toEqual([])
})

it('a day of finding is not to come, nor before there was a record', () => {
  expect(['', NOW, '2026-11-28T09:31', '2022-12-31T09:00'].map((when) => lacksOf({ ...whole, when }, codes, NOW).length)).toEqual([0, 0, 1, 1])
})
