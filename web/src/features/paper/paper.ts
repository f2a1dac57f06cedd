import type { PaperField, PaperValue, PaperValues } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** What a paper may be about, and where that is shown. */
export const ABOUT = {
  hazard: '/hazards', inspection: '/inspections', meeting: '/meetings', report: '/reports', letter: '/letters', training: '/trainings',
  enforcement: '/cases', incident: '/incidents', whistle: '/whistles', report_case: '/report-cases', drill: '/drills', campaign: '/campaigns',
  paper: '/papers', evidence: '/evidence', inspection_plan: '/inspection-plans', force: '/forces', sortie: '/sorties', facility: '/facilities', contract: '/contracts',
} as const
export type AboutKind = keyof typeof ABOUT
/** What stands in a list only. */
const LISTED: Record<string, string> = { certificate: '/certificates', authority: '/authority' }
export const aboutPath = (about: { kind: string; id: string }): string | null => (about.kind in ABOUT ? `${ABOUT[about.kind as AboutKind]}/${about.id}` : (LISTED[about.kind] ?? null))

/** Where records of a kind are listed; the way to what a paper is made from. */
export const recordsPath = (kind: string): string | null => ABOUT[kind as AboutKind] ?? LISTED[kind] ?? null

/** How a paper stands: what has a number and is not out is what somebody must still do. */
export function paperTone(state: string): Tone {
  return { draft: 'todo', approved: 'due', issued: 'doing', served: 'done' }[state as 'draft'] as Tone | undefined ?? 'na'
}

/** How a body stands with a circular. */
export const receiptTone = (state: string): Tone => (state === 'acted' ? 'done' : state === 'read' ? 'doing' : 'due')

/** This year and the five before it, newest first. */
export function lastYears(today: string | undefined): number[] {
  const year = Number((today ?? '').slice(0, 4))
  return year ? Array.from({ length: 6 }, (_, back) => year - back) : []
}

/** What an empty field of a kind is. */
export function blank(field: PaperField): PaperValue {
  if (field.kind === 'flag') return false
  return field.kind === 'list' || field.kind === 'choices' || field.kind === 'rows' || field.kind === 'photos' ? [] : ''
}

/** Values as they are sent: what was left empty is left out, lines and rows without text too. */
export function filled(fields: PaperField[], values: PaperValues): PaperValues {
  const out: PaperValues = {}
  for (const field of fields) {
    const value = values[field.key]
    if (value === undefined || value === '') continue
    if (!Array.isArray(value)) out[field.key] = field.kind === 'number' ? Number(value) : value
    else if (field.kind === 'rows') {
      const rows = (value as string[][]).filter((row) => row.some((cell) => cell.trim()))
      if (rows.length) out[field.key] = rows
    } else if (field.kind === 'photos') { if (value.length) out[field.key] = value }
    else {
      const lines = (value as string[]).map((line) => line.trim()).filter(Boolean)
      if (lines.length) out[field.key] = lines
    }
  }
  return out
}

/** A value of a field as one reads it, lines below each other. */
export function spoken(value: PaperValue | undefined): string {
  if (!Array.isArray(value)) return value === undefined || value === false ? '' : String(value)
  return value.map((line) => (Array.isArray(line) ? line.join(' ').trim() : String(line))).filter(Boolean).join('\n')
}

/** What a field is called in the language of the page; papers themselves are Chinese. */
export const called = (field: { zh: string; en: string }, locale: string): string => (locale.startsWith('en') && field.en ? field.en : field.zh)
