import type { Locale, Messages } from '../shared/i18n'

/** The words of this entry, one chunk per language. */
export async function phoneWords(locale: Locale): Promise<Messages> {
  return (locale === 'en' ? await import('./words.en') : await import('./words.zh-CN')).default
}
