import { afterEach, expect, it, vi } from 'vitest'
import { setTheme, setupTheme, theme } from './theme'

afterEach(() => {
  localStorage.clear()
  vi.unstubAllGlobals()
})

it('day and night follow the system until somebody chooses', () => {
  let told: () => void = () => undefined
  const dark = { matches: true, addEventListener: (_kind: string, listener: () => void) => (told = listener) }
  vi.stubGlobal('matchMedia', () => dark)
  setupTheme()
  expect([theme.value, document.documentElement.dataset['theme'], localStorage.getItem('fengsui.theme')]).toEqual(['night', 'night', null])
  dark.matches = false
  told()
  expect(theme.value).toBe('light')
  setTheme('night')
  told()
  expect([theme.value, localStorage.getItem('fengsui.theme')], 'what was chosen stays').toEqual(['night', 'night'])
})
