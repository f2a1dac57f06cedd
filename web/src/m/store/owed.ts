// Which task a visit should count for, when it was begun without one.

import { ENFORCEMENT, occasionOf } from './draft'
import { OVER, begun } from './standing'
import type { Draft, Entry, Task } from './types'

/**
 * The task a visit to this place should count for: open, not handed in from this phone, the most pressing first. A visit
 * that leaves it open would have to be made twice. Acts of enforcement are no such visit.
 */
export function owedAt(tasks: Task[], sent: Entry[], today: string): Task | null {
  const handed = new Set(sent.filter((e) => e.kind === 'inspection' || e.kind === 'unable').map((e) => e.task))
  const open = tasks.filter((one) => begun(one, today) && !OVER.has(one.state) && !handed.has(one.id) && one.kind !== ENFORCEMENT)
  return open.sort((a, b) => a.due_on.localeCompare(b.due_on))[0] ?? null
}

/** What changes in a draft when it is to count for a task after all, or no more. */
export function countsFor(task: Task | null): Pick<Draft, 'task' | 'occasion'> {
  return { task: task?.id ?? null, occasion: occasionOf(task) }
}
