import type { CandidateView, IncidentRow } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** How an incident stands: what nobody has heard or verified stands out. */
export function incidentTone(row: Pick<IncidentRow, 'stage' | 'live' | 'acknowledged'>): Tone {
  if (['false_alarm', 'test', 'merged', 'void'].includes(row.stage.code)) return 'na'
  if (!row.live) return 'done'
  if (!row.acknowledged || ['real', 'responding'].includes(row.stage.code)) return 'late'
  if (['open', 'verifying', 'cannot_tell'].includes(row.stage.code)) return 'due'
  return 'doing'
}

/** `3:25` or `1:02:09` since a moment; nothing before it. */
export function elapsed(from: string, now: number): string {
  const s = Math.floor((now - Date.parse(from)) / 1000)
  if (!Number.isFinite(s) || s < 0) return ''
  const two = (n: number): string => String(n).padStart(2, '0')
  return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two(Math.floor((s % 3600) / 60))}:${two(s % 60)}`
}

/** Those in `rows` nobody has heard and `known` does not hold: they sound once. */
export function unheard(rows: Pick<IncidentRow, 'id' | 'acknowledged'>[], known: Set<string>): string[] {
  return rows.filter((row) => !row.acknowledged && !known.has(row.id)).map((row) => row.id)
}

/** Seconds as `235 s` or `12 min`. */
export function seconds(s: number | null): string {
  if (s === null) return '—'
  return s < 600 ? `${s} s` : `${Math.round(s / 60)} min`
}

/** The step a stage asks for next, of those allowed. */
export function nextStep(actions: string[], awaits119: boolean): string | undefined {
  const order = ['acknowledge', ...(awaits119 ? ['tell_119'] : []), 'verify', 'judge', 'dispatch', 'controlled', 'out', 'hand_over', 'review', 'close']
  return order.find((step) => actions.includes(step))
}

export const KINDS = ['unknown', 'building', 'electrical', 'vehicle', 'outdoor', 'forest', 'gas', 'chemical', 'collapse', 'help'] as const
export const STAGES = ['open', 'verifying', 'cannot_tell', 'real', 'responding', 'controlled', 'out', 'handed_over', 'closed', 'false_alarm', 'test', 'merged', 'void'] as const
export const HOWS = ['telephone', 'camera', 'on_site', 'device', 'caller', 'other'] as const

/** Who of these is there first; somebody whose arrival nobody knows comes last. */
export function quickest(people: CandidateView[]): CandidateView | undefined {
  return people.reduce<CandidateView | undefined>((best, one) => (best && (best.minutes ?? Infinity) <= (one.minutes ?? Infinity) ? best : one), undefined)
}
