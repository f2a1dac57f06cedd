import { locale, setLocale, type Locale, type Messages } from '../shared/i18n'

/** Whether a page was opened that needs the words of the errands. */
let errands = false

/** The words of this entry, one chunk per language. */
export async function phoneWords(wanted: Locale): Promise<Messages> {
  const words = wanted === 'en' ? await import('./words.en') : await import('./words.zh-CN')
  if (!errands) return ready(words.default) as Messages
  const more = wanted === 'en' ? await import('./errand/locales/en.json') : await import('./errand/locales/zh-CN.json')
  return ready({ ...words.default, m: { ...words.default.m, ...more.default } }) as Messages
}

/** From now on with the words of the errands, in whatever language. */
export async function withErrandWords(): Promise<void> {
  if (errands) return
  errands = true
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
