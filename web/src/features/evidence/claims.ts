// What a record is claimed for, while its form is filled in.
import type { Tone } from '../../shared/ui/tone'
import type { Claim, DutyOption, NeedOption } from './types'

const same = (a: Claim, b: Claim): boolean =>
  a.duty === b.duty && a.need === b.need && a.subject_kind === b.subject_kind && a.subject === b.subject

/** Adds a claim, or takes it out when it is there: nothing is claimed twice. */
export function toggled(claims: Claim[], claim: Claim): Claim[] {
  return claims.some((one) => same(one, claim)) ? claims.filter((one) => !same(one, claim)) : [...claims, claim]
}

export function isClaimed(claims: Claim[], claim: Claim): boolean {
  return claims.some((one) => same(one, claim))
}

/** The needs of a duty that a record of this kind may be for: what sets it off, or what fulfils it. */
export function needsFor(option: DutyOption, occasion: boolean): NeedOption[] {
  return option.needs.filter((need) => need.is_trigger === occasion)
}

/** The first day of a record that answers a window: its last day, but not later than today. */
export function dayIn(from: string, to: string, today: string): string {
  const last = to < today ? to : today
  return last < from ? today : last
}

export function evidenceTone(state: string): Tone {
  if (state === 'accepted') return 'done'
  if (state === 'submitted') return 'doing'
  return state === 'rejected' ? 'late' : 'na'
}

/** A size people read. */
export function sized(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.max(1, Math.round(bytes / 1024))} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`
}
