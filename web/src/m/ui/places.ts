// Places to choose from: those in the phone at once, and where the phone has not all of them those of the server beside them.

import { computed, shallowRef, watch, type Ref } from 'vue'
import { db, http, live, phone } from '../phone'
import { distance, here } from '../position'
import { matching } from '../store/scan'
import { askPlaces, keepPlace } from '../store/place'
import type { Place } from '../store/types'

/** How long typing pauses before the server is asked. */
const PAUSE_MS = 350

export function usePlaces(words: Ref<string>) {
  const kept = live((d) => d.places.toArray(), [] as Place[])
  const whole = live((d) => d.recall<boolean>('places_whole').then((is) => is ?? true), true)
  // Shallow: what Vue has wrapped cannot be kept by the browser's store.
  const asked = shallowRef<Place[]>([])
  let turn = 0
  watch([words, whole, () => phone.online], ([said, all, online]) => {
    const mine = ++turn
    asked.value = []
    if (all || !online || !said.trim()) return
    setTimeout(() => {
      if (mine === turn) void askPlaces(http, said.trim()).then((found) => { if (mine === turn) asked.value = found })
    }, PAUSE_MS)
  })
  const found = computed(() => {
    const far = (p: Place) => distance(here.value, p.location) ?? Infinity
    return [...matching(kept.value, words.value)].sort((a, b) => far(a) - far(b) || a.name.localeCompare(b.name, 'zh'))
  })
  /** Those only the server has. */
  const beyond = computed(() => {
    const known = new Set(kept.value.map((one) => one.id))
    return asked.value.filter((one) => !known.has(one.id))
  })
  return { found, beyond, whole, keep: (place: Place) => keepPlace(db(), { ...place }) }
}
