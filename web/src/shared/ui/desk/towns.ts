import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { api } from '../../api/client'
import type { CatalogView, Items, OrgView, Territory, Word } from '../../api/contract'
import { codeLabel, type CodeKind } from '../../i18n/codes'

/** Words that hardly change are asked for once per page load; a failure is asked again next time. */
function once<T>(load: () => Promise<T>, empty: T): (() => Ref<T>) & { again: () => void } {
  const data = ref(empty) as Ref<T>
  let asked = false
  const ask = (): void => {
    asked = true
    load().then(
      (answer) => (data.value = answer),
      () => (asked = false),
    )
  }
  const use = (): Ref<T> => {
    if (!asked) ask()
    return data
  }
  // Whoever adds one on the page of organisations finds it in the next form without opening the program anew.
  return Object.assign(use, { again: () => void (asked && ask()) })
}

/** Every territory of the town that is there. */
export const useTerritories = once(async () => (await api.get<Items<Territory>>('/territories')).items.filter((one) => !one.closed_on), [] as Territory[])
/** Every organisation of the town. */
export const useOrgs = once(async () => (await api.get<Items<OrgView>>('/orgs')).items, [] as OrgView[])
const catalog = once(() => api.get<CatalogView>('/catalog'), { kinds: [], openings: [], gas: [], fire_hazard_classes: [], list_kinds: [] } as CatalogView)
/** Kinds of places and the words of the register, in the language of the page. */
export function useCatalog(): ComputedRef<CatalogView> {
  const found = catalog()
  const said = <T extends Word>(kind: CodeKind, words: T[]): T[] => words.map((one) => ({ ...one, label: codeLabel(kind, one.code, one.label) }))
  return computed(() => ({
    kinds: said('place', found.value.kinds),
    openings: said('opening', found.value.openings),
    gas: said('gas', found.value.gas),
    fire_hazard_classes: said('fire_class', found.value.fire_hazard_classes),
    list_kinds: said('list', found.value.list_kinds),
  }))
}
/** Only the villages and communities, in the order of their codes. */
export function villagesOf(all: Territory[]): Territory[] {
  return all.filter((t) => t.level === 'village').sort((a, b) => a.code.localeCompare(b.code))
}
