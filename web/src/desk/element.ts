import { localeContextKey } from 'element-plus/es/hooks/use-locale/index.mjs'
import type { App } from 'vue'
import { elementWords } from './words'

/** Element Plus speaks the language of the page, without its whole configuration provider in the first screen. */
export function elementLocale(app: App): void {
  app.provide(localeContextKey, elementWords as never)
}
