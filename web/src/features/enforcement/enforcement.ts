import type { AuthorityView, CaseDoor, CaseRow } from '@/shared/api/contract'
import { codeLabel } from '@/shared/i18n/codes'
import type { Tone } from '@/shared/ui/tone'
import { yuan } from '../budget/money'

/** What a penalty on an item may be, in words: its kinds, and the fines from the least to the most. */
export function range(t: (key: string, values?: Record<string, string>) => string, one: AuthorityView['range']): string {
  const fines = ([['organisation', one.organisation_fen], ['citizen', one.citizen_fen]] as const)
    .flatMap(([who, pair]) => (pair?.length === 2 ? [t(`enforcement.rangeOf.${who}`, { least: yuan(pair[0] ?? 0), most: yuan(pair[1] ?? 0) })] : []))
  return [...one.kinds.map((code) => codeLabel('penalty', code, t(`enforcement.kinds.${code}`))), ...fines].join('；')
}

/** How a case stands: a period that has run out is what somebody must act on. */
export function caseTone(row: Pick<CaseRow, 'stage' | 'next_clock'>): Tone {
  if (row.stage.code === 'closed') return 'done'
  if (['refused', 'withdrawn', 'transferred'].includes(row.stage.code)) return 'na'
  if (row.next_clock?.late) return 'late'
  return row.stage.code === 'clue' ? 'todo' : 'doing'
}

/** How an item of authority stands. */
export function itemTone(standing: string): Tone {
  const tones: Record<string, Tone> = { valid: 'done', expiring: 'due', expired: 'late', coming: 'todo', waiting: 'due' }
  return tones[standing] ?? 'na'
}

/** The steps one may take now, those the law still closes, and those that wait for another hand. */
export function sorted(doors: CaseDoor[]): { open: CaseDoor[]; shut: CaseDoor[]; theirs: CaseDoor[] } {
  const mine = doors.filter((one) => one.mine)
  return { open: mine.filter((one) => !one.code), shut: mine.filter((one) => one.code), theirs: doors.filter((one) => !one.mine) }
}

/** What must be said with a step, as the field is called; none where a note is enough. */
export const MUST_SAY = new Set([
  'claim_recusal', 'refuse', 'convert', 'preserve', 'release', 'pause', 'extend', 'report', 'hold_hearing', 'end_hearing', 'defer', 'perform', 'end_contest', 'execute',
  'withdraw', 'transfer', 'investigate', 'decide', 'decide_on_spot',
])
/** Steps that stop or end something. */
export const GRAVE = new Set(['refuse', 'withdraw', 'transfer'])
/** What the stage asks for next stands out. */
export const NEXT = ['decide_recusal', 'file', 'decide_on_spot', 'investigate', 'report', 'notify', 'hear', 'hold_hearing', 'review', 'discuss', 'decide', 'serve', 'pay', 'close']

/** Whether a period of the law, as the program words it, is counted in working days: only those may move with the holidays. */
export const inWorkingDays = (length: string): boolean => /工作日/.test(length)

const UNITS: Record<string, string> = { 个工作日: 'working', 日: 'calendar', 个月: 'month', 年: 'year' }
/** How long a period is, taken apart to be said in another language; none for what is written otherwise. */
export function lengthOf(length: string): { n: string; unit: string } | null {
  const [, n, word] = /^(\d+)\s*(\S+)$/.exec(length) ?? []
  const unit = UNITS[word ?? '']
  return n && unit ? { n, unit } : null
}
