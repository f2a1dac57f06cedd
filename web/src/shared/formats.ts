import type { Day, Instant } from './api/contract'

/** The town's own clock, wherever the device thinks it is. */
const ZONE = 'Asia/Shanghai'
const parts = new Intl.DateTimeFormat('en-CA', {
  timeZone: ZONE,
  year: 'numeric',
  month: '2-digit',
  day: '2-digit',
  hour: '2-digit',
  minute: '2-digit',
  hourCycle: 'h23',
})

function split(at: Date): { year: string; day: string; time: string } {
  const found = new Map(parts.formatToParts(at).map((p) => [p.type, p.value]))
  return {
    year: found.get('year') ?? '',
    day: `${found.get('month')}-${found.get('day')}`,
    time: `${found.get('hour')}:${found.get('minute')}`,
  }
}

let thisYear = split(new Date()).year
/** The year that goes without saying, from the server's today. */
export function setToday(day: Day): void {
  thisYear = day.slice(0, 4)
}

let holidaysTo = 9999
/** The last year whose public holidays are known, from the server's calendar. */
export function setHolidaysTo(year: number | null | undefined): void {
  holidaysTo = year ?? 9999
}
/** Whether a day counted in working days may still move: the State Council has not said when its year is off. */
export const provisional = (value: Day | Instant | null | undefined): boolean => Number(value?.slice(0, 4) ?? 0) > holidaysTo

/** Degrees, to the decimetre: what a sum of binary fractions adds behind that is no part of them. */
export const degrees = (value: number): string => String(Number(value.toFixed(6)))
/** A position in degrees. */
export const spot = (at: { lon: number; lat: number }): string => [at.lon, at.lat].map(degrees).join(', ')

/** A length on the ground: whole metres, from a kilometre on with a tenth. */
export const length = (m: number): string => (m < 1000 ? `${Math.round(m)} m` : `${(m / 1000).toFixed(1)} km`)

/** `11-26`, with the year only when it is another. */
export function day(value: Day | null | undefined, empty = '—'): string {
  if (!value) return empty
  return value.startsWith(`${thisYear}-`) ? value.slice(5, 10) : value.slice(0, 10)
}

/** `11-26 18:00`, with the year only when it is another. */
export function moment(value: Instant | null | undefined, empty = '—'): string {
  if (!value) return empty
  const at = new Date(value)
  if (Number.isNaN(at.getTime())) return value
  const { year, day: date, time } = split(at)
  return year === thisYear ? `${date} ${time}` : `${year}-${date} ${time}`
}

/** A record made so much later than the act says when it was made, and between which instants it can have been done. */
const LATER_MS = 10 * 60_000
/** Whether something was recorded a while after it is said to have happened. */
export const recordedLater = (happened: Instant, recorded: Instant): boolean => new Date(recorded).getTime() - new Date(happened).getTime() >= LATER_MS
/** Between when an act can have been done, where that is worth saying. */
export function doubtfully<T>(one: { happened_at: Instant; recorded_at: Instant; between?: T | null }): T | null {
  return recordedLater(one.happened_at, one.recorded_at) ? (one.between ?? null) : null
}

/** The town's calendar day of an instant. */
export function dayOf(at: Date = new Date()): Day {
  const { year, day: date } = split(at)
  return `${year}-${date}`
}

/** `14:06:38` on the town's clock. */
export function clock(at: Date): string {
  return `${split(at).time}:${String(at.getSeconds()).padStart(2, '0')}`
}

/** An instant as the server writes it. */
export function instant(at: Date = new Date()): Instant {
  const { year, day: date, time } = split(at)
  return `${year}-${date}T${time}:${String(at.getSeconds()).padStart(2, '0')}+08:00`
}

/** A moment of this machine's clock, as people read it. */
export const clockTime = (ms: number): string => moment(instant(new Date(ms)))

/** A share in hundredths, cut off and not rounded, by the one rule the server has too: only the whole is 100, only nothing is 0. */
export function hundredths(ratio: number, digits = 1): number {
  if (ratio >= 1) return 100
  if (ratio <= 0) return 0
  const steps = 10 ** digits
  return Math.min(100 - 1 / steps, Math.max(1 / steps, Math.floor(ratio * 100 * steps + 1e-9) / steps))
}

/** A share as `89.5%`; without a base there is none. */
export function percent(ratio: number | null | undefined, digits = 1): string {
  if (ratio === null || ratio === undefined) return '—'
  return ratio >= 1 ? '100%' : `${hundredths(ratio, digits).toFixed(digits)}%`
}

/** By how much something falls short at most, as `0.1%`: cut upwards, for what is promised must hold. */
export const percentAtMost = (ratio: number): string => `${(Math.max(0, Math.ceil(ratio * 1000 - 1e-9)) / 10).toFixed(1)}%`

/** `1,234`. */
export function count(value: number | null | undefined): string {
  return value === null || value === undefined ? '—' : String(value).replace(/\B(?=(\d{3})+(?!\d))/g, ',')
}
