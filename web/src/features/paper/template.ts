import type { Tone } from '@/shared/ui/tone'

/** How a template of the town stands: a draft waits for a leader, a returned one for the office. */
export function templateTone(one: { state: string; in_use: boolean }): Tone {
  if (one.in_use) return 'done'
  return ({ draft: 'todo', returned: 'due', approved: 'doing' }[one.state] as Tone | undefined) ?? 'na'
}

/** What a text of a template is called: where it stands on the page. */
export function where(at: string, t: (key: string, named?: Record<string, unknown>) => string): string {
  const [part = '', n, k] = at.split('.')
  if (part === 'field') return t('paper.tpl.at.field')
  if (part !== 'piece') return t(`paper.tpl.at.${part}`)
  return k === undefined ? t('paper.tpl.at.piece', { n: Number(n) + 1 }) : t('paper.tpl.at.sign', { n: Number(k) + 1 })
}

/** Only what is worded otherwise is sent. */
export function reworded(phrases: { at: string; text: string }[], words: Record<string, string>): Record<string, string> {
  const changed = phrases.filter((one) => words[one.at] !== undefined && words[one.at]?.trim() !== one.text)
  return Object.fromEntries(changed.map((one) => [one.at, words[one.at] ?? '']))
}

/** Placeholders of a text: they have to stay, the field they name would lose its place otherwise. */
export const placeholders = (text: string): string[] => [...text.matchAll(/\{[^}]+\}/g)].map((found) => found[0])
