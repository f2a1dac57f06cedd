// The answers of a record as a page shows them, and a correction made from what somebody changed.
import type { AnswerValue, AnswerView, InspectionInput, InspectionView } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

export const VALUES: AnswerValue[] = ['pass', 'fail', 'not_applicable', 'not_checked']
const TONES: Record<AnswerValue, Tone> = { pass: 'done', fail: 'late', not_applicable: 'na', not_checked: 'todo' }
export const answerTone = (value: AnswerValue): Tone => TONES[value]

export interface Block { title: string; answers: AnswerView[]; failed: number }

/** The answers block by block, in the order of the sheet. */
export function blocks(answers: AnswerView[]): Block[] {
  const found: Block[] = []
  for (const one of answers) {
    let block = found.find((b) => b.title === one.block_title)
    if (!block) found.push((block = { title: one.block_title, answers: [], failed: 0 }))
    block.answers.push(one)
    if (one.value === 'fail') block.failed += 1
  }
  return found
}

export interface Change { value: AnswerValue; reason: string; note: string }

/** The answers as they stand, to be changed in a form. */
export function changesOf(view: Pick<InspectionView, 'answers'>): Record<string, Change> {
  return Object.fromEntries(view.answers.map((one) => [one.item, { value: one.value, reason: one.reason ?? '', note: one.note }]))
}

/** The whole record with what was changed; everything else stays as it was recorded. */
export function corrected(record: InspectionInput, changes: Record<string, Change>): InspectionInput {
  return {
    ...record,
    answers: record.answers.map((one) => {
      const change = changes[one.item]
      if (!change) return one
      const { reason: _old, ...kept } = one
      const reason = change.reason.trim()
      // What did not fail was not put right either.
      const fixed = change.value === 'fail' ? {} : { fixed: [] }
      return { ...kept, value: change.value, note: change.note.trim(), ...(reason ? { reason } : {}), ...fixed }
    }),
  }
}

/** How many answers differ. */
export const changedCount = (view: Pick<InspectionView, 'answers'>, changes: Record<string, Change>): number =>
  view.answers.filter((one) => {
    const change = changes[one.item]
    return !!change && (change.value !== one.value || change.note.trim() !== one.note.trim() || change.reason.trim() !== (one.reason ?? '').trim())
  }).length

/** How long it took, in whole minutes. */
export function minutes(from: string, to: string): number | null {
  const span = Date.parse(to) - Date.parse(from)
  return Number.isFinite(span) && span >= 0 ? Math.round(span / 60_000) : null
}
