import { locale, setLocale, type Locale, type Messages } from '../shared/i18n'
import { ready } from '../shared/i18n/ready'

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
