import { mind } from './chinese'
import words from './codes.en.json'

/** English is spoken from now on: the words of codes, and what stays Chinese marked as such. */
export function enter(): Record<string, Record<string, string>> {
  mind()
  return words
}
