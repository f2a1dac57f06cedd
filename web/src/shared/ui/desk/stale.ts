import { computed, shallowRef, watch, type Ref } from 'vue'
import type { ApiProblem } from '../../api/client'

/** One thing that both versions say: what it is called, what was typed, what stands there now. */
export type Side = [label: string, mine: unknown, theirs: unknown]

/** The same content, in whatever order its parts are named. */
export function same(a: unknown, b: unknown): boolean {
  const ordered = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(ordered)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)).map(([name, one]) => [name, ordered(one)]))
  }
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))
}

/** What was typed since the form was `opened`, upon what stands there `now`: what was left alone is never written back. */
export function merged<T extends object>(opened: T, mine: T, now: T): T {
  const own = Object.entries(mine).filter(([name, value]) => !same(value, opened[name as keyof T]))
  return { ...now, ...Object.fromEntries(own) }
}

/**
 * A form whose row somebody else changed meanwhile, for `Conflict.vue`. `opened` is the row the form was filled from,
 * `fields` compares what was typed with a row: only what was typed over is shown. `onto` puts what was typed upon the row
 * as it now stands ([`merged`]), `take` puts the row itself into the form, `again` saves.
 */
export function useStale<V>(act: { problem: Ref<ApiProblem | null>; clear: () => void }, form: { opened?: () => V | null | undefined; fields: (now: V) => Side[]; onto: (now: V) => void; take: (now: V) => void; again: () => unknown }) {
  const now = shallowRef<V | null>(null)
  watch(act.problem, (problem) => {
    if (problem?.conflict && problem.current) now.value = problem.current as V
  })
  const sides = (row: V) => form.fields(row).map(([label, mine, theirs]) => ({ key: label, label, mine: String(mine ?? ''), theirs: String(theirs ?? '') }))
  const fields = computed(() => {
    if (now.value === null) return []
    const opened = form.opened?.()
    const untouched = new Set(opened ? sides(opened).filter((one) => one.mine === one.theirs).map((one) => one.key) : [])
    return sides(now.value).filter((one) => !untouched.has(one.key))
  })
  function settle(how: 'mine' | 'theirs' | 'merge'): void {
    const current = now.value
    if (current === null) return
    now.value = null
    act.clear()
    if (how === 'theirs') return form.take(current)
    form.onto(current)
    if (how === 'mine') form.again()
  }
  return { now, fields, settle }
}
