import { reactive, ref } from 'vue'
import type { WorkbenchView } from '../shared/api/contract'

/** Numbers behind words of the menu, by the code of the workbench's counts. Whoever loads them writes them here. */
export const badges = reactive<Record<string, number>>({})

/** Who is there today; nothing until it was asked, or for whom that is not. */
export const onDuty = ref<WorkbenchView['on_duty']>(null)

/** Takes what the workbench says of all pages. */
export function learn(now: WorkbenchView): void {
  now.counts.forEach((one) => (badges[one.code] = one.n))
  onDuty.value = now.on_duty ?? null
}
