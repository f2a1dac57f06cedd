import { reactive, watch } from 'vue'
import { useRoute, useRouter } from 'vue-router'

/**
 * The filters of a list, kept in the address: a list can be bookmarked, sent and returned to. Text filters wait a
 * moment before they count.
 */
export function useFilters<T extends Record<string, string>>(defaults: T, changed: () => void): T {
  const route = useRoute()
  const router = useRouter()
  const filters = reactive({ ...defaults }) as T
  const take = (): void => {
    for (const name of Object.keys(defaults)) {
      const value = route.query[name]
      ;(filters as Record<string, string>)[name] = typeof value === 'string' ? value : (defaults[name] ?? '')
    }
  }
  take()
  let timer: ReturnType<typeof setTimeout>
  let mine = ''
  const path = route.path
  watch(filters, () => {
    clearTimeout(timer)
    timer = setTimeout(() => {
      if (route.path !== path) return
      const query: Record<string, string> = {}
      for (const [name, value] of Object.entries(route.query)) if (!(name in defaults) && typeof value === 'string') query[name] = value
      for (const [name, value] of Object.entries(filters)) if (value && value !== defaults[name]) query[name] = value
      mine = JSON.stringify(query)
      void router.replace({ query })
      changed()
    }, 250)
  })
  // Back and forward, or a link to the same page with other filters.
  watch(
    () => route.query,
    (query) => {
      if (route.path === path && JSON.stringify(query) !== mine) take()
    },
  )
  return filters
}

/** Sets every filter back. */
export function resetFilters<T extends Record<string, string>>(filters: T, defaults: T): void {
  Object.assign(filters, defaults)
}
