// The words of this page. Two small tables instead of a library: the page has to open on an old phone with a bad line.
import { ref } from 'vue'
import { loadCodes } from '@/shared/i18n/codes'
import zh from './locales/zh-CN.json'
import en from './locales/en.json'

export type Language = 'zh-CN' | 'en'
type Table = Record<string, string>
const tables: Record<Language, Table> = { 'zh-CN': zh, en }
const KEPT = 'fengsui.locale'

function kept(name: string): string | null {
  try {
    return localStorage.getItem(name)
  } catch {
    return null
  }
}

export function keep(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch {
    // A browser that keeps nothing still works for this visit.
  }
}

/** The language shown now. */
export const language = ref<Language>(kept(KEPT) === 'en' ? 'en' : 'zh-CN')

/** Chooses a language and remembers it. */
export function choose(next: Language): void {
  language.value = next
  void loadCodes(next)
  document.documentElement.lang = next
  keep(KEPT, next)
}

/** The sentence of a key of this page, as `p.submit`, with `{name}` filled in. */
export function t(named: string, values: Record<string, string | number> = {}): string {
  const key = named.replace(/^p\./, '')
  const text = tables[language.value][key] ?? tables['zh-CN'][key] ?? key
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (name in values ? String(values[name]) : whole))
}

/** Whether large letters were chosen before. */
export const wasLarge = (): boolean => kept('fengsui.size') === 'large'
