import { nextTick } from 'vue'

/**
 * After a refusal the focus goes where it is told: to the sentence above the form, or to the first field that is wrong. Who
 * does not see the red would otherwise stay on a button that did nothing. Somebody who went on writing is left in peace.
 */
export async function pointAtProblem(): Promise<void> {
  await nextTick()
  const active = document.activeElement
  if (active instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName) && !active.closest('form')) return
  const room = [...document.querySelectorAll<HTMLElement>('[role=dialog]')].at(-1) ?? document.querySelector<HTMLElement>('main') ?? document.body
  const told = room.querySelector<HTMLElement>('.alert[role=alert],.err[role=alert]') ?? room.querySelector<HTMLElement>('[aria-invalid=true]')
  if (!told) return
  if (!told.matches('input,select,textarea,button')) told.tabIndex = -1
  told.focus({ preventScroll: false })
}
