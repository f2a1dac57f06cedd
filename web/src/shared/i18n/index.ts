import { createI18n } from 'vue-i18n'
import { ref, type Plugin, type WritableComputedRef } from 'vue'
import { loadCodes } from './codes'

export type Locale = 'zh-CN' | 'en'
export type Messages = Record<string, unknown>
/** Loads the words of a language: the shared ones and those of the entry, keyed by room. */
export type Loader = (locale: Locale) => Promise<Messages>

const KEY = 'fengsui.locale'
export const locale = ref<Locale>('zh-CN')

function remembered(): Locale {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'zh-CN'
  } catch {
    return 'zh-CN'
  }
}

/** The part of vue-i18n that is used outside of components. */
interface Words {
  t: (key: string, values: Record<string, unknown>) => string
  locale: WritableComputedRef<string>
  setLocaleMessage: (locale: string, messages: Messages) => void
}
let words: Words | null = null
let loader: Loader | null = null

/** Chinese unless the person chose English on this device. Words come as data: nothing is compiled with `eval`. */
export async function setupI18n(load: Loader): Promise<Plugin> {
  loader = load
  const made = createI18n({
    legacy: false as const,
    locale: 'zh-CN' as string,
    fallbackLocale: 'zh-CN',
    missingWarn: false,
    fallbackWarn: false,
    // A key made from a code that has no word is shown as it is: told where the browser's stories look (e2e/desk.ts).
    // oxlint-disable-next-line no-console
    missing: (_, key) => console.error(`no word for ${key}`),
    messages: {},
  })
  words = made.global as unknown as Words
  await setLocale(remembered())
  return made
}

/** Switches the language and remembers it on this device. */
export async function setLocale(wanted: Locale): Promise<void> {
  if (!words || !loader) return
  const [messages] = await Promise.all([loader(wanted), loadCodes(wanted)])
  words.setLocaleMessage(wanted, messages)
  words.locale.value = wanted
  locale.value = wanted
  document.documentElement.lang = wanted
  try {
    localStorage.setItem(KEY, wanted)
  } catch {
    // A browser without storage asks again next time.
  }
}

/** A word outside of a component. */
export function translate(key: string, values: Record<string, unknown> = {}): string {
  return words ? words.t(key, values) : key
}
