// Which task a visit should count for, when it was begun without one.

import { ENFORCEMENT, occasionOf } from './draft'
import type { Draft, Entry, Task } from './types'

/** States in which a task asks for nothing more. */
const OVER = new Set(['submitted', 'done', 'cancelled', 'referred', 'unable'])

/** Whether a task may be done by now: one that begins later lies in the phone already, and a visit before its time is none of it. */
export const begun = (task: Task, today: string): boolean => task.from <= today

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
