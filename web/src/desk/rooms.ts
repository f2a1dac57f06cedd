import type { Messages } from '../shared/i18n'

/** `../features/hazard/locales/en.json` and its words become `{ hazard: … }`. */
export function byRoom(files: Record<string, Record<string, unknown>>): Messages {
  return Object.fromEntries(Object.entries(files).map(([path, words]) => [path.split('/').at(-3) ?? path, words]))
}
