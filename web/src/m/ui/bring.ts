// The part of a form that stands in the way: brought into sight, and ready to be filled in.

import { nextTick } from 'vue'

/** Shows the element of this id and gives its first control the focus. */
export function bring(part: string): void {
  void nextTick(() => {
    const found = document.getElementById(part)
    found?.scrollIntoView?.({ block: 'center' })
    const field = found?.matches('input,select') ? found : found?.querySelector<HTMLElement>('input,button,canvas')
    field?.focus({ preventScroll: true })
  })
}
