import type { Language } from 'element-plus/es/locale/index.mjs'
import { shallowRef } from 'vue'
import type { Locale, Messages } from '../shared/i18n'
import { ready } from '../shared/i18n/ready'

/** What Element Plus says itself; it comes with the words, and is English until then. */
export const elementWords = shallowRef<Language>()

/** The words of the desk, one chunk per language. */
export async function deskWords(locale: Locale): Promise<Messages> {
  const found = locale === 'en' ? await import('./words.en') : await import('./words.zh-CN')
  elementWords.value = found.element
  return ready(found.default) as Messages
}
