import type { Tone } from '../../shared/ui/tone'
import type { LetterPost } from './types'

export function standingTone(standing: string): Tone {
  if (standing === 'in_force') return 'done'
  if (standing === 'missing' || standing === 'to_resign') return 'late'
  if (standing === 'ahead') return 'todo'
  return standing === 'over' || standing === 'vacant' ? 'due' : 'na'
}

/** Those who must act first: without a letter, or whose letter ended with their predecessor. */
export function urgentFirst(posts: LetterPost[]): LetterPost[] {
  const order = ['missing', 'to_resign', 'over', 'vacant']
  const ranked = posts.map((one, i) => ({ one, i, rank: order.includes(one.standing) ? order.indexOf(one.standing) : order.length }))
  return ranked.sort((a, b) => a.rank - b.rank || a.i - b.i).map((row) => row.one)
}
