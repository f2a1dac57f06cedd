import { onBeforeUnmount, onMounted, ref } from 'vue'

function read(): boolean {
  try {
    return localStorage.getItem('fengsui.keys') !== 'off'
  } catch {
    return true
  }
}
/** Single-key shortcuts can be switched off (WCAG 2.1.4). */
export const keysOn = ref(read())
export function setKeysOn(on: boolean): void {
  keysOn.value = on
  try {
    localStorage.setItem('fengsui.keys', on ? 'on' : 'off')
  } catch {
    // Lasts as long as the page.
  }
}

/** Keys of a page by `event.key`; silent while someone types or a dialog is open. */
export function useKeys(keys: Record<string, () => void>): void {
  const listen = (event: KeyboardEvent): void => {
    if (!keysOn.value || event.ctrlKey || event.metaKey || event.altKey) return
    const at = event.target as HTMLElement | null
    if (at && (/^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable)) return
    if (document.querySelector('[role=dialog]:not([style*="display: none"])')) return
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key]
    if (act) {
      event.preventDefault()
      act()
    }
  }
  onMounted(() => addEventListener('keydown', listen))
  onBeforeUnmount(() => removeEventListener('keydown', listen))
}
