import { effectScope } from 'vue'
import { expect, it, vi } from 'vitest'
import { usePaged } from './paged'

it('walks forward by what the server says and back by what it remembers', async () => {
  const pages: Record<string, { items: string[]; next: string | null; total: number | null }> = {
    '': { items: ['a', 'b'], next: 'b', total: 5 },
    b: { items: ['c', 'd'], next: 'd', total: null },
    d: { items: ['e'], next: null, total: null },
  }
  const load = vi.fn(async (after: string | null) => pages[after ?? '']!)
  const scope = effectScope()
  const paged = scope.run(() => usePaged<string>(load))!
  await paged.restart()
  await paged.next()
  await paged.next()
  expect([paged.items.value, paged.number.value, paged.hasNext.value, paged.total.value]).toEqual([['e'], 3, false, 5])
  await paged.next()
  expect(paged.number.value).toBe(3)
  await paged.previous()
  expect([paged.items.value, paged.number.value]).toEqual([['c', 'd'], 2])
  await paged.reload()
  expect(load).toHaveBeenLastCalledWith('b', 20, expect.anything())
  scope.stop()
})

it('an answer that comes late does not replace a newer one', async () => {
  const answers: ((items: string[]) => void)[] = []
  const scope = effectScope()
  const paged = scope.run(() => usePaged<string>(() => new Promise((done) => answers.push((items) => done({ items, next: null })))))!
  const first = paged.restart()
  const second = paged.restart()
  answers[1]?.(['new'])
  await second
  answers[0]?.(['old'])
  await first
  expect(paged.items.value).toEqual(['new'])
  scope.stop()
})
