import { computed, shallowRef, watch, type Ref } from 'vue'
import type { ApiProblem } from '../../api/client'

/** One thing that both versions say: what it is called, what was typed, what stands there now; `always` where nobody types it. */
export type Side = [label: string, mine: unknown, theirs: unknown, always?: boolean]

/** What is typed into, as it was when it was opened: the row it was filled from, and what of a row stands in it. */
interface Typed<V> {
  form: object
  opened: () => V | null | undefined
  of: (row: V) => object
}

/** The same content, in whatever order its parts are named or chosen, and without blanks around what was typed. */
export function same(a: unknown, b: unknown): boolean {
  const ordered = (value: unknown): unknown => {
    if (typeof value === 'string') return value.trim()
    if (Array.isArray(value)) return value.every((one) => typeof one === 'string') ? value.map((one) => one.trim()).sort() : value.map(ordered)
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).sort(([x], [y]) => (x < y ? -1 : 1)).map(([name, one]) => [name, ordered(one)]))
  }
  return JSON.stringify(ordered(a)) === JSON.stringify(ordered(b))
}

/** What was typed since the form was `opened`, upon what stands there `now`: what was left alone is never written back. */
export function merged<T extends object>(opened: T, mine: T, now: T): T {
  const own = Object.entries(mine).filter(([name, value]) => !(name in opened) || !same(value, opened[name as keyof T]))
  return { ...now, ...Object.fromEntries(own) }
}

const versionOf = (row: unknown): number => (row as { version?: number }).version ?? 0

/**
 * A form whose row somebody else changed meanwhile, for `Conflict.vue`. `fields` compares what was typed with a row, `onto`
 * takes on the row's version, `take` puts the row itself into the form, `again` saves. Where `typed` says how the form was
 * filled, only what was typed over since is shown and kept, upon the row as it now stands.
 */
export function useStale<V>(act: { problem: Ref<ApiProblem | null>; clear: () => void }, form: { typed?: Typed<V>; fields: (now: V) => Side[]; onto: (now: V) => void; take: (now: V) => void; again: () => unknown }) {
  const now = shallowRef<V | null>(null)
  // Changed once more meanwhile: what came from the row in between was not typed.
  let between: V | null = null
  const opened = (): V | null | undefined => {
    const first = form.typed?.opened()
    return first && between && versionOf(between) > versionOf(first) ? between : first
  }
  watch(act.problem, (problem) => {
    if (problem?.conflict && problem.current) now.value = problem.current as V
  })
  const sides = (row: V) => form.fields(row).map(([label, mine, theirs, always]) => ({ key: label, label, mine: String(mine ?? ''), theirs: String(theirs ?? ''), always }))
  const fields = computed(() => {
    if (now.value === null) return []
    const first = opened()
    const untouched = new Set(first ? sides(first).filter((one) => !one.always && one.mine === one.theirs).map((one) => one.key) : [])
    return sides(now.value).filter((one) => !untouched.has(one.key)).map(({ key, label, mine, theirs }) => ({ key, label, mine, theirs }))
  })
  function settle(how: 'mine' | 'theirs' | 'merge'): void {
    const current = now.value
    if (current === null) return
    const first = opened()
    now.value = null
    between = current
    act.clear()
    if (how === 'theirs') return form.take(current)
    if (form.typed && first) Object.assign(form.typed.form, merged(form.typed.of(first), { ...form.typed.form }, form.typed.of(current)))
    form.onto(current)
    if (how === 'mine') form.again()
  }
  return { now, fields, settle, own: !!form.typed }
}
