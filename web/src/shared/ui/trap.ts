import { onMounted, onUnmounted, type Ref } from 'vue'

const FOCUSABLE = 'a[href],button:not(:disabled),input:not(:disabled),select:not(:disabled),textarea:not(:disabled),[tabindex]:not([tabindex="-1"])'

/** How long the page may take to show what was done, and with it take away the button that had the focus. */
const REPAINTS_MS = 5_000

/** What has the focus, and all it stands in, nearest first. */
function standing(): HTMLElement[] {
  const chain: HTMLElement[] = []
  for (let one = document.activeElement; one && one !== document.body; one = one.parentElement) chain.push(one as HTMLElement)
  return chain
}
const nobodyHasIt = (): boolean => !document.activeElement?.isConnected || document.activeElement === document.body

/** The focus goes to the first of these that can have it: a closed menu's own button, the part of the page a button stood in. */
function giveBack(chain: HTMLElement[]): void {
  for (const one of chain.filter((el) => el.isConnected)) {
    const target = one instanceof HTMLDetailsElement ? (one.querySelector('summary') ?? one) : one
    if (!target.matches(`${FOCUSABLE},summary`)) target.tabIndex = -1
    target.focus({ preventScroll: true })
    if (document.activeElement === target) return
  }
}

/** Keeps the focus inside a panel, closes on Escape, and gives the focus back where it was. */
export function useTrap(panel: Ref<HTMLElement | null>, close: () => void): (event: KeyboardEvent) => void {
  // Looked up before anything inside is mounted: a field in the panel may take the focus first.
  const before = standing()
  onMounted(() => {
    const wanted = panel.value?.querySelector<HTMLElement>('[autofocus]') ?? panel.value
    wanted?.focus()
  })
  onUnmounted(() => {
    // Another panel opened in its place has the focus already.
    if (nobodyHasIt()) giveBack(before)
    const watching = new MutationObserver(() => nobodyHasIt() && giveBack(before))
    watching.observe(document.body, { childList: true, subtree: true })
    setTimeout(() => watching.disconnect(), REPAINTS_MS)
  })
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
