import type { PostHolder, PostStretch, PostView } from '../../shared/api/contract'
import type { Tone } from '../../shared/ui/tone'

/** A light as a state of the house: shape and colour. */
export function lightTone(light: string): Tone {
  if (light === 'red') return 'late'
  return light === 'amber' ? 'due' : 'done'
}

/** How many a post asks for, as the key of the words and what goes into them. */
export function needs(post: Pick<PostView, 'min_n' | 'max_n'>): { key: 'atLeast' | 'exactly' | 'between'; of: Record<string, number> } {
  if (post.max_n === null) return { key: 'atLeast', of: { n: post.min_n } }
  return post.max_n === post.min_n ? { key: 'exactly', of: { n: post.min_n } } : { key: 'between', of: { a: post.min_n, b: post.max_n } }
}

const DAY_MS = 86_400_000

/** Stretches with their number of days, both ends included, for a bar in proportion. */
export function parts(line: PostStretch[]): (PostStretch & { days: number })[] {
  return line.map((one) => ({ ...one, days: Math.round((Date.parse(one.to) - Date.parse(one.from)) / DAY_MS) + 1 }))
}

/** Somebody who is or will be away. */
export interface Absence { holder: PostHolder; days: PostHolder['away'][number] }

/** Absences of a post, the next one first. */
export function absences(history: PostHolder[]): Absence[] {
  return history.flatMap((holder) => holder.away.map((days) => ({ holder, days }))).sort((a, b) => a.days.from.localeCompare(b.days.from))
}
