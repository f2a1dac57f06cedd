import type { CandidateView, IncidentRow } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'
import { translate } from '@/shared/i18n'

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

/** Those put aside as nobody's word, of which somebody vouches now: they ring again. `doubted` keeps the others. */
export function proven(rows: Pick<IncidentRow, 'id' | 'trusted'>[], doubted: Set<string>): string[] {
  const now = rows.filter((row) => row.trusted && doubted.has(row.id)).map((row) => row.id)
  for (const row of rows) {
    if (row.trusted) doubted.delete(row.id)
    else doubted.add(row.id)
  }
  return now
}

/** Seconds as `235 秒` or `12 分钟`. */
export function seconds(s: number | null): string {
  if (s === null) return '—'
  return s < 600 ? translate('incident.seconds', { n: s }) : translate('incident.minutes', { n: Math.round(s / 60) })
}

/** The step a stage asks for next, of those allowed. */
export function nextStep(actions: string[], awaits119: boolean): string | undefined {
  const order = ['acknowledge', ...(awaits119 ? ['tell_119'] : []), 'verify', 'judge', 'dispatch', 'controlled', 'out', 'hand_over', 'review', 'close']
  return order.find((step) => actions.includes(step))
}

export const KINDS = ['unknown', 'building', 'electrical', 'vehicle', 'outdoor', 'forest', 'gas', 'chemical', 'collapse', 'help'] as const
export const WINDS = ['n', 'ne', 'e', 'se', 's', 'sw', 'w', 'nw'] as const
export const STAGES = ['open', 'verifying', 'cannot_tell', 'real', 'responding', 'controlled', 'out', 'handed_over', 'closed', 'false_alarm', 'test', 'merged', 'void'] as const
export const HOWS = ['telephone', 'camera', 'on_site', 'device', 'caller', 'other'] as const

/** Who of these is there first; somebody whose arrival nobody knows comes last. */
export function quickest(people: CandidateView[]): CandidateView | undefined {
  return people.reduce<CandidateView | undefined>((best, one) => (best && (best.minutes ?? Infinity) <= (one.minutes ?? Infinity) ? best : one), undefined)
}
