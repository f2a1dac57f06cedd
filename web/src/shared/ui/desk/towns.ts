import { ref, type Ref } from 'vue'
import { api } from '../../api/client'
import type { CatalogView, Items, OrgView, Territory } from '../../api/contract'

/** Words that hardly change are asked for once per page load; a failure is asked again next time. */
function once<T>(load: () => Promise<T>, empty: T): () => Ref<T> {
  const data = ref(empty) as Ref<T>
  let asked = false
  return () => {
    if (!asked) {
      asked = true
      load().then(
        (answer) => (data.value = answer),
        () => (asked = false),
      )
    }
    return data
  }
}

/** Every territory of the town. */
export const useTerritories = once(async () => (await api.get<Items<Territory>>('/territories')).items, [] as Territory[])
/** Every organisation of the town. */
export const useOrgs = once(async () => (await api.get<Items<OrgView>>('/orgs')).items, [] as OrgView[])
/** Kinds of places and the words of the register. */
export const useCatalog = once(() => api.get<CatalogView>('/catalog'), { kinds: [], openings: [], gas: [], fire_hazard_classes: [], list_kinds: [] } as CatalogView)
/** Only the villages and communities, in the order of their codes. */
export function villagesOf(all: Territory[]): Territory[] {
  return all.filter((t) => t.level === 'village').sort((a, b) => a.code.localeCompare(b.code))
}
