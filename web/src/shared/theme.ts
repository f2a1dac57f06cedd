import { ref } from 'vue'

export type Theme = 'light' | 'night'
export type Size = 'normal' | 'large'
export const theme = ref<Theme>('light')
export const size = ref<Size>('normal')

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // Without storage it lasts as long as the page.
  }
}

export function setTheme(wanted: Theme): void {
  theme.value = wanted
  document.documentElement.dataset['theme'] = wanted
  // Element Plus keys its own dark colours to this class.
  document.documentElement.classList.toggle('dark', wanted === 'night')
  keep('fengsui.theme', wanted)
}

export function setSize(wanted: Size): void {
  showSize(wanted)
  keep('fengsui.size', wanted)
}

/** Shows a size for a while, as on a wall: what the person chose stays chosen. */
export function showSize(wanted: Size): void {
  size.value = wanted
  document.documentElement.dataset['size'] = wanted
}

/** Takes up what this device chose before the first paint. */
export function setupTheme(): void {
  try {
    setTheme(localStorage.getItem('fengsui.theme') === 'night' ? 'night' : 'light')
    setSize(localStorage.getItem('fengsui.size') === 'large' ? 'large' : 'normal')
  } catch {
    setTheme('light')
  }
}
