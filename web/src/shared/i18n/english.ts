import { mind } from './chinese'
import words from './codes.en.json'

/** English is spoken from now on: the words of codes, what stays Chinese marked as such, and, as they come, the server's sentences. */
export function enter(): { words: Record<string, Record<string, string>>; sentences: Promise<(text: string) => string> } {
  mind()
  return { words, sentences: import('./sentences').then((room) => room.inEnglish) }
}
