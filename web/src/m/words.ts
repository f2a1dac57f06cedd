import type { Locale, Messages } from '../shared/i18n'

/** The words of this entry, one chunk per language. */
export async function phoneWords(locale: Locale): Promise<Messages> {
  const words = locale === 'en' ? await import('./words.en') : await import('./words.zh-CN')
  return ready(words.default) as Messages
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
