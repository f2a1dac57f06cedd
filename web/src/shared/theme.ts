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

function showTheme(wanted: Theme): void {
  theme.value = wanted
  document.documentElement.dataset['theme'] = wanted
  // Element Plus keys its own dark colours to this class.
  document.documentElement.classList.toggle('dark', wanted === 'night')
}

/** What the person chose, from now on. */
export function setTheme(wanted: Theme): void {
  showTheme(wanted)
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

function chosen(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

/** Takes up what this device chose before the first paint; where nobody chose, day and night follow the system, also later. */
export function setupTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const follow = (): void => {
    const own = chosen('fengsui.theme')
    showTheme((own === null ? dark.matches : own === 'night') ? 'night' : 'light')
  }
  follow()
  dark.addEventListener('change', follow)
  showSize(chosen('fengsui.size') === 'large' ? 'large' : 'normal')
}
