import { locale, translate } from '.'

/** What a code belongs to; keys of `shared.codes`. */
export type CodeKind = 'hazard' | 'level' | 'step' | 'stage' | 'task' | 'kind' | 'outcome' | 'plan' | 'duty' | 'grade' | 'list' | 'role' | 'count'

/**
 * A code in the language of the person. The server's words are Chinese, and a town may have its own: in Chinese they
 * stand; in another language the word is found by code, and the server's stands where none is known.
 */
export function codeLabel(kind: CodeKind, code: string | null | undefined, label: string | null | undefined): string {
  if (locale.value === 'zh-CN' || !code) return label ?? ''
  const key = `shared.codes.${kind}.${code}`
  const word = translate(key)
  return word === key ? (label ?? '') : word
}

/** Where a hazard stands, with how late it is. */
export function stageLabel(row: { state: string; state_label?: string; stage_label: string; overdue?: boolean; days_over?: number }): string {
  if (locale.value === 'zh-CN') return row.stage_label
  const word = codeLabel('hazard', row.state, row.state_label ?? row.stage_label)
  return row.overdue ? `${word} · ${translate('shared.overdue', { n: row.days_over ?? 0 })}` : word
}
