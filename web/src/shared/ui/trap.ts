import { onBeforeUnmount, onMounted, type Ref } from 'vue'

const FOCUSABLE = 'a[href],button:not(:disabled),input:not(:disabled),select:not(:disabled),textarea:not(:disabled),[tabindex]:not([tabindex="-1"])'

/** Keeps the focus inside a panel, closes on Escape, and gives the focus back where it was. */
export function useTrap(panel: Ref<HTMLElement | null>, close: () => void): (event: KeyboardEvent) => void {
  let before: HTMLElement | null = null
  onMounted(() => {
    before = document.activeElement as HTMLElement | null
    const wanted = panel.value?.querySelector<HTMLElement>('[autofocus]') ?? panel.value
    wanted?.focus()
  })
  onBeforeUnmount(() => before?.focus?.())
  return (event) => {
    if (event.key === 'Escape' && !event.isComposing) {
      event.stopPropagation()
      close()
      return
    }
    if (event.key !== 'Tab' || !panel.value) return
    const inside = [...panel.value.querySelectorAll<HTMLElement>(FOCUSABLE)].filter((el) => el.offsetParent !== null)
    const first = inside[0]
    const last = inside.at(-1)
    if (event.shiftKey && (document.activeElement === first || document.activeElement === panel.value)) {
      event.preventDefault()
      last?.focus()
    } else if (!event.shiftKey && document.activeElement === last) {
      event.preventDefault()
      first?.focus()
    }
  }
}
