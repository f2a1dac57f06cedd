// What stands in the sentences of the leader's decisions, so that they can be said in another language.
import type { LeaderView } from '@/shared/api/contract'

type Decision = Pick<LeaderView['decisions'][number], 'kind' | 'title' | 'detail'>

/** Where the numbers and names stand: title and detail with a colon between, as the server writes them. */
const SHAPES: Record<string, RegExp> = {
  major: /(?<n>\d+)/,
  overdue: /(?<n>\d+).*:\D*(?<days>\d+)(?:[^\d\uff0c]*\uff0c(?<village>.+)\u6700\u591a\D*(?<most>\d+))?/,
  parameter: /(?<n>\d+)/,
  village: /^(?<village>.+)\u5217\u7ba1 (?<listed>\d+)\D+(?<left>\d+)/,
  clause: /^\u201c(?<clause>.+)\u201d\D*(?<ratio>[\d.]+).*:.*?\uff1a(?<who>.+)$/,
}

/** The facts of a decision by name; none when the sentence is of another shape. */
export function facts(one: Decision): Record<string, string> | null {
  const found = SHAPES[one.kind]?.exec(`${one.title}:${one.detail}`)?.groups
  return found ? Object.fromEntries(Object.entries(found).map(([name, value]) => [name, value ?? '\u2014'])) : null
}
