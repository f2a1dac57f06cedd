import type { Tone } from '@/shared/ui/tone'

export const STAGES = ['proposed', 'approved', 'underway', 'done', 'void'] as const

/** Where a project stands, as a tone; what should be over and is not is late. */
export function stageTone(stage: string, late: boolean): Tone {
  if (late) return 'late'
  return stage === 'done' ? 'done' : stage === 'void' ? 'na' : stage === 'proposed' ? 'todo' : 'doing'
}
