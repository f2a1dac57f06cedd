import { expect, it } from 'vitest'
import type { ChartNode } from '../../shared/api/contract'
import { branches, isShort, toOpen } from './chart'

const node = (id: string, parent: string | null, kind: string, light: string, people: string[]): ChartNode => ({
  id, parent, kind, kind_label: kind, name: id,
  posts: [{ id: `post-${id}`, role: 'x', name: 'x', min_n: 1, max_n: null, light, holders: people.map((who) => ({ id: who, name: who, acting: false, away: null })) }],
})
const nodes = [
  node('committee', null, 'committee', 'green', ['a']),
  node('office', 'committee', 'office', 'green', ['a', 'b']),
  node('village', 'office', 'village', 'green', ['c']),
  node('grid', 'village', 'grid', 'red', []),
  node('lost', 'nowhere', 'dept', 'amber', ['d']),
]

it('a tree counts each person once and every short post below', () => {
  const tree = branches(nodes)
  expect(tree.map((one) => one.id)).toEqual(['committee', 'lost'])
  expect([tree[0]?.people, tree[0]?.red]).toEqual([3, 1])
  expect(tree.map(isShort)).toEqual([true, true])
  expect(isShort(branches(nodes.slice(0, 3))[0]!)).toBe(false)
})

it('it opens down to the villages, or everything', () => {
  expect(toOpen(branches(nodes), 'village')).toEqual(['committee', 'office', 'lost'])
  expect(toOpen(branches(nodes), '')).toEqual(['committee', 'office', 'village', 'grid', 'lost'])
})
