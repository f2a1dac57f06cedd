// Short lists many pages offer for choosing.
import { computed, type ComputedRef } from 'vue'
import { useOrgs as allOrgs, useTerritories, villagesOf } from '../ui/desk/towns'
import { api } from './client'
import type { Named, PersonPage, PersonRow } from './contract'

/** The villages and residents' committees, as the town lists them. */
export function useVillages(): ComputedRef<Named[]> {
  const all = useTerritories()
  return computed(() => villagesOf(all.value).map((one) => ({ id: one.code, name: one.name })))
}

/** The organisations that are active. */
export function useOrgs(): ComputedRef<Named[]> {
  const all = allOrgs()
  return computed(() => all.value.filter((one) => one.active).map((one) => ({ id: one.id, name: one.short_name || one.name })))
}

/** What somebody is looked for to be given: tasks, commas between their ids, or a task at a place. */
export interface Doing { tasks?: string; place?: string }

/** People by name, for handing something to somebody. */
export async function findPeople(q: string, signal?: AbortSignal, doing: Doing = {}): Promise<(Named & Pick<PersonRow, 'gate'>)[]> {
  const found = await api.get<PersonPage>('/people', { q, limit: 20, ...doing }, signal ? { signal } : {})
  return found.items.filter((one) => one.active).map((one) => ({ id: one.id, name: one.name, gate: one.gate }))
}
