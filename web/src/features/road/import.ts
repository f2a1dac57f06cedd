import type { Tone } from '@/shared/ui/tone'

/** The largest file the server takes. Units: bytes. */
export const MOST_FILE = 512 * 1024 * 1024

/** What a row of a file does, as a tone: what contradicts a measurement wants a look. */
export function importTone(what: string): Tone {
  return what === 'conflict' ? 'due' : what === 'changed' ? 'doing' : 'done'
}
