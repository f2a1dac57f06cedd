// When something was done, as far as this phone can show: the time the server last told, signed, what was counted since by a clock
// nobody sets, and what the phone's own clock said. Evidence and no condition: without any of it everything goes on as well.

/** As an entry of the outbox keeps it. */
export interface Timing {
  /** As the server gave it. */
  anchor: string
  /** Milliseconds counted from then on; null where the page was begun anew in between. */
  elapsed: number | null
  /** The phone's own clock, uncorrected. */
  wall: number
}

let held: { anchor: string; since: number | null } | null = null

/** The server has just told the time. */
export function anchored(anchor: string | undefined): void {
  if (anchor) held = { anchor, since: performance.now() }
}

/** What was told to a page that is no more: how long ago nobody counted. */
export function reawoken(anchor: string | null): void {
  held = anchor ? { anchor, since: null } : null
}

/** What can be shown of this very moment. */
export function timed(): Timing | null {
  return held && { anchor: held.anchor, elapsed: held.since === null ? null : Math.max(0, Math.round(performance.now() - held.since)), wall: Date.now() }
}

/** The header it travels in, beside every body and in none. */
export function timeHeader(timing: Timing | null | undefined): Record<string, string> {
  return timing ? { 'x-fengsui-time': `${timing.anchor} ${timing.elapsed ?? '-'} ${timing.wall}` } : {}
}
