// The photos of a fix on their way, with patience for a line that comes and goes.
import { sendParts, type Received } from '@/shared/photo/parts'
import { NoLine, Refused, sendPart } from './unit'

export interface Uploading {
  id: string
  blob: Blob
  sha256: string
  /** Hash of the file it was made from. */
  original?: string
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

/** Sends what the server lacks of one photo; throws [`Refused`] when it will not take it. */
export async function upload(photo: Uploading, line: Line): Promise<void> {
  if (photo.complete) return
  const part = async (from: number, until: number): Promise<Received> => {
    try {
      return await untilAnswered(line, () => line.send(photo, from, until))
    } catch (error) {
      if (!(error instanceof Refused) || error.code !== 'photo.offset' || typeof error.more.received !== 'number') throw error
      return { received: error.more.received, complete: error.more.complete === true }
    }
  }
  const whole = await sendParts(photo.blob.size, photo.received, part, (received) => (photo.received = received))
  if (!whole) throw new Refused(409, 'photo.offset', '', {})
  photo.complete = true
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
