import { locale, setLocale, type Locale, type Messages } from '../shared/i18n'

/** Whether a page behind the first screen was opened: its words come with it. */
let further = false

/** The words of this entry, one chunk per language. */
export async function phoneWords(wanted: Locale): Promise<Messages> {
  const words = wanted === 'en' ? await import('./words.en') : await import('./words.zh-CN')
  if (!further) return ready(words.default) as Messages
  const more = wanted === 'en' ? await import('./later/locales/en.json') : await import('./later/locales/zh-CN.json')
  return ready({ ...words.default, m: { ...words.default.m, ...more.default } }) as Messages
}

/** From now on with the words of the pages behind the first screen, in whatever language. */
export async function withLaterWords(): Promise<void> {
  if (further) return
  further = true
  await setLocale(locale.value)
}

interface Values { named: (key: string) => unknown }

/** Sentences with `{names}` as functions, so that no compiler of messages has to travel to the phone. */
export function ready(words: unknown): unknown {
  if (typeof words === 'string') {
    return words.includes('{') ? (values: Values) => words.replace(/\{(\w+)\}/g, (_, name: string) => String(values.named(name) ?? '')) : words
  }
  if (Array.isArray(words)) return words
  return Object.fromEntries(Object.entries(words as object).map(([key, inner]) => [key, ready(inner)]))
}
