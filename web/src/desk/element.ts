import { localeContextKey } from 'element-plus/es/hooks/use-locale/index.mjs'
import en from 'element-plus/es/locale/lang/en.mjs'
import zhCn from 'element-plus/es/locale/lang/zh-cn.mjs'
import { computed, type App } from 'vue'
import { locale } from '../shared/i18n'

/** Element Plus speaks the language of the page, without its whole configuration provider in the first screen. */
export function elementLocale(app: App): void {
  app.provide(localeContextKey, computed(() => (locale.value === 'en' ? en : zhCn)) as never)
}
