import type { Tone } from '@/shared/ui/tone'

/** How a contract stands today. */
export function contractTone(standing: string): Tone {
  return standing === 'running' ? 'done' : standing === 'coming' ? 'todo' : 'na'
}

/** How something owed stands: late is what is owed after its day. */
export function owedTone(progress: string, overdue: boolean): Tone {
  if (overdue) return 'late'
  return progress === 'accepted' ? 'done' : progress === 'delivered' ? 'due' : progress === 'refused' ? 'late' : 'todo'
}
