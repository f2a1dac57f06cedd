// Photos go up in parts, so that a line that breaks every minute still gets there. The server says how far it has
// them; we go on from what it says, never from what we believe.
import { NoLine, Refused, sendPart, type Received } from './unit'

/** The largest part the server takes. */
export const PART = 256 * 1024

export interface Uploading {
  id: string
  blob: Blob
  sha256: string
  takenAt: string
  received: number
  complete: boolean
}

export interface Line {
  send: (photo: Uploading, offset: number, until: number) => Promise<Received>
  /** Waits before the next try; ends early when the line is back. */
  pause: (ms: number) => Promise<void>
  /** Called when tries fail and when they work again. */
  onLine: (up: boolean) => void
  /** Whether to go on at all. */
  goOn: () => boolean
}

/** How long to wait before try `n`, counted from 0. Units: milliseconds. */
export const patience = (n: number): number => Math.min(30_000, 1000 * 2 ** n)

/** Runs an errand until an answer came, with growing patience. A refusal is an answer. */
export async function untilAnswered<T>(line: Pick<Line, 'pause' | 'onLine' | 'goOn'>, errand: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      const answer = await errand()
      line.onLine(true)
      return answer
    } catch (error) {
      if (!(error instanceof NoLine)) {
        line.onLine(true)
        throw error
      }
      line.onLine(false)
      if (!line.goOn()) throw error
      await line.pause(patience(tries))
    }
  }
}

/** Sends what the server lacks of one photo; `onStep` after each part. Throws [`Refused`] when it will not take it. */
export async function upload(photo: Uploading, line: Line, onStep: () => void): Promise<void> {
  let corrections = 0
  while (!photo.complete) {
    const offset = photo.received
    try {
      const now = await untilAnswered(line, () => line.send(photo, offset, Math.min(offset + PART, photo.blob.size)))
      photo.received = now.received
      photo.complete = now.complete
    } catch (error) {
      const at = error instanceof Refused && error.code === 'photo.offset' ? error.more.received : null
      corrections += 1
      // Twice is a lost answer; more is a server and a page that do not understand each other.
      if (typeof at !== 'number' || corrections > 5) throw error
      photo.received = at
      photo.complete = false
      if (at >= photo.blob.size) photo.received = 0
    }
    onStep()
  }
}

/** The line to the server, as this browser has it. */
export function realLine(code: string, onLine: (up: boolean) => void, goOn: () => boolean): Line {
  return {
    send: (photo, offset, until) => sendPart(code, photo, offset, until),
    onLine,
    goOn,
    pause: (ms) =>
      new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer)
          window.removeEventListener('online', done)
          resolve()
        }
        const timer = setTimeout(done, ms)
        window.addEventListener('online', done)
      }),
  }
}
