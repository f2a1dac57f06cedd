import { describe, expect, it } from 'vitest'
import type { TaskPage, TaskRow } from '@/shared/api/contract'
import { OPEN, openTasks } from './open'

const row = (id: string, due_on: string) => ({ id, due_on }) as TaskRow
const page = (items: TaskRow[], next: string | null = null): TaskPage => ({ items, next, total: items.length })

describe('open tasks', () => {
  it('of all open stages come first due first, and the next page begins after the last shown', async () => {
    const asked: string[] = []
    const found = await openTasks(async (state) => {
      asked.push(state)
      return state === 'pending' ? page([row('b', '2026-03-01'), row('d', '2026-05-01')]) : state === 'accepted' ? page([row('a', '2026-03-01'), row('c', '2026-04-01')]) : page([])
    }, 3)
    expect(asked).toEqual([...OPEN])
    expect(found.items.map((one) => one.id)).toEqual(['a', 'b', 'c'])
    expect(found.next).toBe('2026-04-01_c')
    expect(found.total).toBe(4)
  })
  it('end where nothing more is', async () => expect((await openTasks(async (state) => page(state === 'pending' ? [row('a', '2026-03-01')] : []), 3)).next).toBeNull())
})
