import { computed, shallowRef, watch, type Ref } from 'vue'
import type { ApiProblem } from '../../api/client'

/** One thing that both versions say: what it is called, what was typed, what stands there now. */
export type Side = [label: string, mine: unknown, theirs: unknown]

/**
 * A form whose row somebody else changed meanwhile, for `Conflict.vue`. `fields` compares what was typed with the row as
 * it now stands, `onto` puts what was typed upon that row, `take` puts the row itself into the form, `again` saves.
 */
export function useStale<V>(act: { problem: Ref<ApiProblem | null>; clear: () => void }, form: { fields: (now: V) => Side[]; onto: (now: V) => void; take: (now: V) => void; again: () => unknown }) {
  const now = shallowRef<V | null>(null)
  watch(act.problem, (problem) => {
    if (problem?.conflict && problem.current) now.value = problem.current as V
  })
  const fields = computed(() => (now.value === null ? [] : form.fields(now.value).map(([label, mine, theirs]) => ({ key: label, label, mine: String(mine ?? ''), theirs: String(theirs ?? '') }))))
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
