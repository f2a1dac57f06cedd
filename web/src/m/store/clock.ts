// The phone's clock against the server's. Cheap phones run wrong, and a check dated tomorrow is a check in doubt: the
// difference is measured on each answer, records are dated by the corrected time, and a large one is told.

/** From here on a person is told. Our own choice; the server remarks on ten minutes. */
export const TELL_FROM_MS = 5 * 60_000
/** Below this it is the network's delay and not the clock. */
const NOISE_MS = 5_000

export class Clock {
  private skew = 0
  private readonly phone: () => number

  constructor(phone: () => number = Date.now, skewMs = 0) {
    this.phone = phone
    this.skew = Math.abs(skewMs) < NOISE_MS ? 0 : skewMs
  }

  /** How far the server is ahead of the phone. */
  get skewMs(): number { return this.skew }

  /** Whether a person should look at the phone's date and time. */
  get isWrong(): boolean { return Math.abs(this.skew) >= TELL_FROM_MS }

  /** Now, as the server would say. */
  now(): number { return this.phone() + this.skew }

  /** Now, with the offset of the only time zone here. */
  iso(): string { return chinaTime(this.now()) }

  /** Today in China. */
  today(): string { return this.iso().slice(0, 10) }

  /** Learns from a `Date` header. Whole seconds only, so half a second is added; slow answers teach nothing. */
  learn(dateHeader: string | null, sentAt: number, gotAt: number): boolean {
    const server = dateHeader ? Date.parse(dateHeader) : NaN
    if (Number.isNaN(server) || gotAt - sentAt > 20_000 || gotAt < sentAt) return false
    const skew = Math.round(server + 500 - (sentAt + gotAt) / 2)
    const next = Math.abs(skew) < NOISE_MS ? 0 : skew
    const changed = Math.abs(next - this.skew) >= NOISE_MS
    if (changed) this.skew = next
    return changed
  }
}

/** RFC 3339 at +08:00, whatever zone the phone believes in. */
export function chinaTime(ms: number): string {
  return `${new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`
}
