// The steps of a hazard as forms: which fields each has, what must be filled before it is sent, and in which order the
// buttons stand. Which steps there are at all is the server's to say.
import type { Day, Days, HazardStepBody, HazardView } from '@/shared/api/contract'

export type StepCode = HazardStepBody['step']
export type Field =
  | 'level' | 'reason' | 'reasonIfChanged' | 'text' | 'days' | 'count' | 'certificate_no' | 'authority_item' | 'colleague' | 'method'
  | 'photos' | 'note' | 'noteNeeded' | 'with' | 'to' | 'answer' | 'kind' | 'measures' | 'review_on' | 'document_no' | 'documentIfMajor'

export interface StepForm {
  step: StepCode
  fields: Field[]
  /** `next`: moves it on; `side`: beside the way; `grave`: changes what was on record, asked for twice. */
  weight: 'next' | 'side' | 'grave'
}

/** In the order of a hazard's life: the first one offered is the main button. */
export const STEPS: StepForm[] = [
  { step: 'close', fields: ['documentIfMajor'], weight: 'next' },
  { step: 'pass_recheck', fields: ['with', 'photos', 'note'], weight: 'next' },
  { step: 'fail_recheck', fields: ['with', 'photos', 'noteNeeded', 'days', 'documentIfMajor'], weight: 'next' },
  { step: 'grant_extension', fields: [], weight: 'next' },
  { step: 'confirm_level', fields: [], weight: 'next' },
  { step: 'serve', fields: ['method', 'document_no'], weight: 'next' },
  { step: 'advise', fields: ['text', 'days'], weight: 'next' },
  { step: 'grade', fields: ['level', 'reasonIfChanged'], weight: 'next' },
  { step: 'submit_fix', fields: ['photos', 'note'], weight: 'next' },
  { step: 'start_recheck', fields: [], weight: 'next' },
  { step: 'answer_transfer', fields: ['answer'], weight: 'next' },
  { step: 'order', fields: ['text', 'days', 'certificate_no', 'authority_item', 'colleague', 'document_no'], weight: 'next' },
  { step: 'refuse_extension', fields: ['reason'], weight: 'side' },
  { step: 'ask_extension', fields: ['count', 'reason'], weight: 'side' },
  { step: 'escalate', fields: ['kind', 'reason', 'document_no'], weight: 'side' },
  { step: 'decline_escalation', fields: ['kind', 'reason'], weight: 'side' },
  { step: 'transfer', fields: ['to', 'reason', 'document_no'], weight: 'side' },
  { step: 'control_long_term', fields: ['measures', 'review_on', 'document_no'], weight: 'side' },
  { step: 'reopen', fields: ['reason'], weight: 'grave' },
  { step: 'dismiss', fields: ['reason'], weight: 'grave' },
  { step: 'void', fields: ['reason'], weight: 'grave' },
]

export const LEVELS = ['general', 'larger', 'major_suspect'] as const
export const METHODS = ['direct', 'left_behind', 'post', 'electronic', 'public_notice'] as const
export const RECEIVERS = ['fire_rescue', 'police', 'sector'] as const

/** What somebody has filled in, whatever the step. */
export interface Filled {
  level: string
  reason: string
  text: string
  /** How long; an empty count where the time allowed before is allowed again. */
  days: { kind: Days['kind']; count: number | '' }
  count: string
  certificate_no: string
  authority_item: string
  /** Who orders too. */
  colleague: string
  method: string
  photos: string[]
  note: string
  with: string[]
  to: string
  answer: '' | 'major' | 'returned'
  edition: string
  elements: string
  deadline_on: Day
  kind: string
  measures: string
  review_on: Day
  document_no: string
}

/**
 * An empty form, with what the server suggests. Not so after a failed re-check: the server then counts the days that
 * were allowed before, and its suggestion is for a hazard nobody was told of yet.
 */
export function blank(hazard: Pick<HazardView, 'suggested' | 'level'>, step?: StepCode): Filled {
  return {
    level: hazard.level && hazard.level !== 'major' ? hazard.level : hazard.suggested.level, reason: '', text: '', days: { ...hazard.suggested.days, ...(step === 'fail_recheck' ? { count: '' as const } : {}) }, count: '', certificate_no: '', authority_item: '', colleague: '', method: 'direct',
    photos: [], note: '', with: [], to: '', answer: '', edition: '', elements: '', deadline_on: '', kind: '', measures: '', review_on: '', document_no: '',
  }
}

/** The steps offered now, main one first. */
export const offered = (actions: string[]): StepForm[] => STEPS.filter((one) => actions.includes(one.step))

/** Whose decision an extension waits for, for a reader it does not wait for: the officers' where it is an order, otherwise the issuer's. */
export function decider(hazard: Pick<HazardView, 'extension' | 'measure' | 'actions'>): 'order' | 'advice' | null {
  if (hazard.extension.state !== 'asked' || hazard.actions.some((one) => one === 'grant_extension' || one === 'refuse_extension')) return null
  return hazard.measure === 'order' ? 'order' : 'advice'
}

/** What is missing or wrong: field name to a key of `hazard.need`. */
export function lacks(form: StepForm, filled: Filled, hazard: Pick<HazardView, 'level'>): Record<string, string> {
  const wrong: Record<string, string> = {}
  const need = (field: keyof Filled, key = 'filled') => {
    const value = filled[field]
    if (typeof value === 'string' ? !value.trim() : Array.isArray(value) && value.length === 0) wrong[field] = key
  }
  for (const field of form.fields) {
    switch (field) {
      case 'reasonIfChanged':
        if (hazard.level) need('reason', 'reason')
        break
      case 'reason':
        need('reason', 'reason')
        break
      case 'text':
        need('text')
        // The word of an order belongs to those who may order.
        if (form.step === 'advise' && filled.text.includes('责令')) wrong['text'] = 'orderWord'
        break
      case 'days':
        if (filled.days.count === '' && form.step === 'fail_recheck') break
        if (!Number.isInteger(filled.days.count) || Number(filled.days.count) < 0) wrong['days'] = 'days'
        break
      case 'count':
        if (!/^[1-9]\d{0,2}$/.test(filled.count.trim())) wrong['count'] = 'days'
        break
      case 'noteNeeded':
        need('note')
        break
      case 'photos':
        need('photos', 'photos')
        break
      case 'answer':
        need('answer')
        if (filled.answer === 'major') {
          need('document_no')
          need('deadline_on')
        }
        if (filled.answer === 'returned') need('reason', 'reason')
        break
      case 'documentIfMajor':
        if (hazard.level === 'major') need('document_no')
        break
      case 'document_no':
        if (form.step === 'transfer' || form.step === 'control_long_term') need('document_no')
        break
      case 'certificate_no':
      case 'authority_item':
      case 'colleague':
      case 'method':
      case 'to':
      case 'kind':
      case 'measures':
      case 'review_on':
      case 'level':
        need(field)
        break
      case 'note':
      case 'with':
        break
    }
  }
  return wrong
}

/** The body to send, without version and circumstances. */
export function bodyOf(form: StepForm, filled: Filled): HazardStepBody {
  const text = (value: string) => value.trim()
  const days: Days = { kind: filled.days.kind, count: Number(filled.days.count) }
  switch (form.step) {
    case 'grade': return { step: 'grade', level: filled.level, reason: text(filled.reason) }
    case 'advise': return { step: 'advise', text: text(filled.text), days }
    case 'order': return { step: 'order', text: text(filled.text), days, certificate_no: text(filled.certificate_no), authority_item: text(filled.authority_item), with: [filled.colleague] }
    case 'serve': return { step: 'serve', method: filled.method }
    case 'ask_extension': return { step: 'ask_extension', days: Number(filled.count), reason: text(filled.reason) }
    case 'submit_fix': return { step: 'submit_fix', photos: filled.photos, note: text(filled.note) }
    case 'pass_recheck': return { step: 'pass_recheck', with: filled.with, photos: filled.photos, note: text(filled.note) }
    case 'fail_recheck': return { step: 'fail_recheck', with: filled.with, photos: filled.photos, note: text(filled.note), ...(filled.days.count === '' ? {} : { days }) }
    case 'transfer': return { step: 'transfer', to: filled.to, reason: text(filled.reason) }
    case 'answer_transfer':
      return filled.answer === 'major'
        ? { step: 'answer_transfer', answer: 'major', edition: text(filled.edition), elements: filled.elements.split(/[\n\u3001,\uff0c;\uff1b]/).map(text).filter(Boolean), deadline_on: filled.deadline_on }
        : { step: 'answer_transfer', answer: 'returned', level: filled.level, reason: text(filled.reason) }
    case 'escalate':
    case 'decline_escalation':
      return { step: form.step, kind: filled.kind, reason: text(filled.reason) }
    case 'control_long_term': return { step: 'control_long_term', measures: text(filled.measures), review_on: filled.review_on }
    case 'refuse_extension':
    case 'reopen':
    case 'dismiss':
    case 'void':
      return { step: form.step, reason: text(filled.reason) }
    case 'confirm_level':
    case 'grant_extension':
    case 'start_recheck':
    case 'close':
      return { step: form.step }
  }
}
