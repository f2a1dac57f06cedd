import { computed, ref, shallowRef, type Ref } from 'vue'
import { ApiProblem } from '../../api/client'
import { onScopeDispose } from 'vue'

interface PageLike<T> { items: T[]; next: string | null; total?: number | null }

export interface Paged<T> {
  items: Ref<T[]>
  total: Ref<number | null>
  problem: Ref<ApiProblem | null>
  loading: Ref<boolean>
  loaded: Ref<boolean>
  size: Ref<number>
  number: Ref<number>
  hasNext: Ref<boolean>
  /** The first page again, after filters changed. */
  restart: () => Promise<void>
  /** The same page again. */
  reload: () => Promise<void>
  next: () => Promise<void>
  previous: () => Promise<void>
}

/** Keyset paging: the server says where the next page starts, the pages behind are remembered. */
export function usePaged<T>(load: (after: string | null, limit: number, signal: AbortSignal) => Promise<PageLike<T>>, rows = 20): Paged<T> {
  const items = shallowRef<T[]>([]) as Ref<T[]>
  const total = ref<number | null>(null)
  const problem = ref<ApiProblem | null>(null) as Ref<ApiProblem | null>
  const loading = ref(false)
  const loaded = ref(false)
  const size = ref(rows)
  const starts = ref<(string | null)[]>([null])
  const following = ref<string | null>(null)
  let current: AbortController | null = null

  const at = async (list: (string | null)[]): Promise<void> => {
    current?.abort()
    const mine = new AbortController()
    current = mine
    loading.value = true
    try {
      const answer = await load(list.at(-1) ?? null, size.value, mine.signal)
      if (current !== mine) return
      items.value = answer.items
      following.value = answer.next
      if (answer.total !== null && answer.total !== undefined) total.value = answer.total
      else if (list.length === 1 && !answer.next) total.value = answer.items.length
      else if (list.length === 1) total.value = null
      starts.value = list
      problem.value = null
      loaded.value = true
    } catch (error) {
      if (current !== mine || mine.signal.aborted) return
      problem.value = ApiProblem.of(error)
    } finally {
      if (current === mine) loading.value = false
    }
  }
  onScopeDispose(() => current?.abort())
  return {
    items,
    total,
    problem,
    loading,
    loaded,
    size,
    number: computed(() => starts.value.length),
    hasNext: computed(() => following.value !== null),
    restart: () => at([null]),
    reload: () => at(starts.value),
    next: () => (following.value === null ? Promise.resolve() : at([...starts.value, following.value])),
    previous: () => at(starts.value.length > 1 ? starts.value.slice(0, -1) : [null]),
  }
}
