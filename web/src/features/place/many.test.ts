import { expect, it } from 'vitest'
import type { Me, PlaceListsView } from '../../shared/api/contract'
import { everyPlace, likelyList, MOST } from './many'

type List = PlaceListsView['items'][number]
const list = (id: string, owner: string, village?: string): List => ({ id, kind: village ? 'village_listed' : 'police_listed', owner: { id: owner, name: owner }, village: village ? { id: village, name: village } : null }) as List
const hat = (org: string) => ({ org: { id: org, name: org } }) as Me['hats'][number]
const lists = [list('a', 'village-1', 'v1'), list('b', 'village-2', 'v2'), list('p', 'police')]
const at = (village: string) => ({ village: { id: village, name: village } })

it('the own list is chosen already, or that of the village the places lie in', () => {
  expect(likelyList(lists, { village: '', picked: [], hats: [hat('police')] })).toBe('p')
  expect(likelyList(lists, { village: 'v2', picked: [], hats: [hat('office')] })).toBe('b')
  expect(likelyList(lists, { village: 'v2', picked: [at('v1'), at('v1')], hats: [hat('office')] }), 'what was picked says more than the filter').toBe('a')
  expect(likelyList(lists, { village: 'v1', picked: [at('v1'), at('v2')], hats: [hat('office')] }), 'two villages have no list together').toBe('')
  expect(likelyList(lists, { kind: 'police_listed', village: '', picked: [at('v1')], hats: [hat('village-1')] }), 'who looks at one kind of list takes off that').toBe('p')
  expect(likelyList([lists[2] as List], { village: '', picked: [], hats: [] }), 'the only one').toBe('p')
})

it('all that a filter finds is fetched page by page, and too many are said to be', async () => {
  const pages = [{ items: [{ id: '1' }, { id: '2' }], next: 'x' }, { items: [{ id: '3' }], next: null }]
  expect(await everyPlace(async (after) => pages[after ? 1 : 0] as (typeof pages)[number])).toEqual({ ids: ['1', '2', '3'], cut: false })
  const many = Array.from({ length: 200 }, (_none, n) => ({ id: String(n) }))
  const found = await everyPlace(async () => ({ items: many, next: 'more' }))
  expect(found.cut && found.ids.length > MOST).toBe(true)
})
