// Short lists many pages offer for choosing, asked for once per visit.
import { shallowRef, type ShallowRef } from 'vue'
import { api } from './client'
import type { Items, Named, OrgView, PersonPage, Territory } from './contract'

function once<T>(load: () => Promise<T>, empty: T): () => ShallowRef<T> {
  const kept = shallowRef(empty) as ShallowRef<T>
  let asked: Promise<void> | null = null
  return () => {
    asked ??= load()
      .then((found) => {
        kept.value = found
      })
      .catch(() => {
        // The page's own load says what is wrong; the next page asks again.
        asked = null
      })
    return kept
  }
}

/** The villages and residents' committees, as the town lists them. */
export const useVillages = once<Named[]>(async () => {
  const found = await api.get<Items<Territory>>('/territories', undefined, { quiet: true })
  return found.items.filter((one) => one.level === 'village').map((one) => ({ id: one.code, name: one.name }))
}, [])

/** The organisations that are active. */
export const useOrgs = once<Named[]>(async () => {
  const found = await api.get<Items<OrgView>>('/orgs', undefined, { quiet: true })
  return found.items.filter((one) => one.active).map((one) => ({ id: one.id, name: one.short_name || one.name }))
}, [])

/** People by name, for handing something to somebody. */
export async function findPeople(q: string, signal?: AbortSignal): Promise<Named[]> {
  const found = await api.get<PersonPage>('/people', { q, limit: 20 }, signal ? { signal } : {})
  return found.items.filter((one) => one.active).map((one) => ({ id: one.id, name: one.name }))
}
