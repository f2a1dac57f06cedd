// A picture goes up in parts, so that a line that breaks every minute still gets it there. The server says how far it
// has it; we go on from what it says, never from what we believe.

/** The largest part the server takes. Units: bytes. */
export const PART = 256 * 1024
/** A picture that does not end after so many parts beyond its own is a fault, and no endless loop. */
const SPARE = 8

/** How far the server has a picture; the hash once it is whole, where the answer carries it. */
export interface Received { received: number; complete: boolean; sha256?: string | null }

/**
 * Sends what the server lacks. `part` sends the bytes from..until and gives what the server then has, also where it
 * refused the part as out of place; whatever it throws ends the sending. `told` hears of each step. Gives null when
 * server and page do not come together.
 */
export async function sendParts(size: number, from: number, part: (from: number, until: number) => Promise<Received>, told: (received: number) => unknown = () => undefined): Promise<Received | null> {
  let at = from
  for (let sent = 0; sent < Math.ceil(size / PART) + SPARE; sent += 1) {
    // All bytes are there and yet it is not whole: from the beginning.
    if (at >= size) at = 0
    const now = await part(at, Math.min(at + PART, size))
    at = Math.min(now.received, size)
    await told(at)
    if (now.complete) return now
  }
  return null
}
