import type { Locale, Messages } from '../shared/i18n'

/** The words of the desk, one chunk per language. */
export async function deskWords(locale: Locale): Promise<Messages> {
  return (locale === 'en' ? await import('./words.en') : await import('./words.zh-CN')).default
}
