import { computed, reactive, watch, type ComputedRef } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/** Keeps only what says something, so that addresses stay short. */
export function compact(given: Record<string, unknown>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(given)) if (typeof value === 'string' && value !== '') kept[name] = value
  return kept
}

/** Filters that live in the address: a list one looks at can be sent to somebody, and the way back keeps it. */
export function useQuery<K extends string>(names: readonly K[]): {
  query: ComputedRef<Record<K, string>>
  set: (change: Partial<Record<K, string | null>>) => void
  filtered: ComputedRef<boolean>
  clear: () => void
} {
  const route = useRoute()
  const router = useRouter()
  const path = route.path
  const query = computed(() => {
    const found = {} as Record<K, string>
    for (const name of names) {
      const value = route.query[name]
      found[name] = typeof value === 'string' ? value : ''
    }
    return found
  })
  const go = (next: Record<string, string>): void => {
    if (route.path === path) void router.replace({ query: next })
  }
  return {
    query,
    set: (change) => go(compact({ ...route.query, ...change })),
    filtered: computed(() => names.some((name) => query.value[name] !== '')),
    clear: () => go({}),
  }
}

/** The trail of a keyset list: where each page began, so that one can go back. */
export function usePages(reload: () => void, reset: () => unknown): {
  after: ComputedRef<string>
  number: ComputedRef<number>
  turn: (next: string | null) => void
} {
  const state = reactive({ trail: [] as string[] })
  watch(reset, () => {
    state.trail = []
    reload()
  })
  return {
    after: computed(() => state.trail[state.trail.length - 1] ?? ''),
    number: computed(() => state.trail.length + 1),
    turn: (next) => {
      state.trail = next === null ? state.trail.slice(0, -1) : [...state.trail, next]
      reload()
    },
  }
}
