// A form that is saved at each tap and found again as it was left: going back, or a dead battery, loses nothing.

import { reactive, ref, watch, type Ref } from 'vue'
import { db, plain } from '../phone'

/** Every form has the id its record will have; its pictures belong to that. */
export interface Form { id: string }

/** `loaded` once what was left is here; nothing is saved over it before. */
export function keptForm<T extends Form>(key: string, first: T): { form: T; loaded: Ref<boolean>; clear: () => Promise<void> } {
  const form = reactive({ ...first }) as T
  const loaded = ref(false)
  let over = false
  void db().recall<T>(key).then((left) => {
    if (left) Object.assign(form, left)
    loaded.value = true
  })
  watch(form, () => { if (loaded.value && !over) void db().keep(key, plain(form)) })
  return {
    form,
    loaded,
    async clear() {
      over = true
      await db().kept.delete(key)
    },
  }
}
