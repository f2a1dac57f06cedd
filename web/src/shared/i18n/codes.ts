import { shallowRef } from 'vue'
import type { Span } from '../api/contract'
import type words from './codes.en.json'

/** What a code belongs to. */
export type CodeKind = keyof typeof words
type Table = Record<string, Record<string, string>>

/** The English words while English is spoken; they travel only to those who chose it. */
const english = shallowRef<Table | null>(null)

/** Says it in English while English is spoken; it comes with what who chose English loads, behind the first screen. */
export const speaking = shallowRef<{ say?: (text: string) => string; ready?: Promise<void> }>({})

/** Brings the words of codes along with those of the page. */
export async function loadCodes(locale: string): Promise<void> {
  const came = locale === 'en' ? (await import('./english')).enter() : null
  english.value = came?.words ?? null
  // Whoever goes back to Chinese meanwhile is not spoken to in English; whoever loses the network reads the Chinese.
  const now = (speaking.value = came ? { ready: came.sentences.then((say) => void (speaking.value === now && (speaking.value = { say })), () => undefined) } : {})
}

/**
 * A code in the language of the person. The server's words are Chinese, and a town may have its own: in Chinese they
 * stand; in another language the word is found by code, and the server's stands where none is known. Fixed words that
 * come without a code (`period`, `plan_act`, `task_act`, `spoken`) are their own code.
 */
export function codeLabel(kind: CodeKind, code: string | null | undefined, label: string | null | undefined): string {
  return (code && english.value?.[kind]?.[code]) || (label ?? '')
}

/**
 * A sentence the server made (a refusal, a reason, what is wrong with a cell) in the language of the person. The server
 * says it in Chinese; in English the same sentence is looked up with its values, and stays as it is where nobody wrote it.
 * For what a person or the town wrote this is not: that is shown as it was written.
 */
export function said(text: string): string
export function said(text: string | null | undefined): string | null | undefined
export function said(text: string | null | undefined): string | null | undefined {
  return (text && speaking.value.say?.(text)) || text
}

/** What was done to what, as the record calls it: `hazard.close`. */
export function actLabel(action: string, label: string): string {
  const whole = english.value?.action?.[action]
  if (whole) return whole
  const [object = '', act = ''] = action.split('.')
  const what = english.value?.object?.[object]
  const done = english.value?.act?.[act]
  return what && done ? `${what}: ${done}` : label
}

interface Stage { state: string; state_label?: string; stage_label: string; overdue?: boolean; days_over?: number }
/** Where a hazard stands, with how late it is. */
export function stageLabel(row: Stage): string {
  if (!english.value) return row.stage_label
  const word = codeLabel('hazard', row.state, row.state_label ?? row.stage_label)
  return row.overdue ? `${word} · ${row.days_over ?? 0} d overdue` : word
}

/** A stretch of the calendar by its key (`2026-Q4`, `2026-11`), as the board names windows. */
export function windowLabel(window: { key: string; label: string; from: string; to: string }): string {
  if (!english.value) return window.label
  const named = /^\d{4}(-(H[12]|Q[1-4]|W\d{2}|\d{2}(-\d{2})?))?$/.test(window.key)
  return named ? window.key.replace('-', ' ').replace(/^(\d{4}) (\d{2}.*)$/, '$1-$2') : `${window.from} – ${window.to}`
}

/** What a parameter is called: the program's own by name, those of the plan by duty and what of it is set. */
export function parameterLabel(parameter: { name: string; label: string }): string {
  if (!english.value) return parameter.label
  const [, standard, item] = /^force\.(\w+)\.(\w+)$/.exec(parameter.name) ?? []
  if (item) return `${codeLabel('force_standard', standard, standard)} · ${codeLabel('force_item', item, item)}`
  const kind = parameter.name.startsWith('whistle.kind.') ? parameter.label.split('\u00b7') : []
  if (kind[1]) return kind.map((part) => codeLabel('spoken', part, part)).join(' \u00b7 ')
  const at = parameter.label.lastIndexOf('\u00b7')
  const use = codeLabel('spoken', parameter.label.slice(at + 1), parameter.label.slice(at + 1))
  return at > 0 ? `${parameter.label.slice(0, at)} \u00b7 ${use}` : codeLabel('parameter', parameter.name, use)
}

/** How long a plan is for: a year, a month, or the days of a campaign under its own name. */
export function spanLabel(plan: { span: Span; span_label: string }): string {
  if (!english.value) return plan.span_label
  const span = plan.span
  if (span.kind === 'special') return `${span.title} (${span.from} – ${span.to})`
  return span.kind === 'year' ? String(span.year) : `${span.year}-${String(span.month).padStart(2, '0')}`
}
