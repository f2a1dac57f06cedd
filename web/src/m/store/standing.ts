// Where tasks stand on a day of the phone: over, begun, or to begin later (they come to the phone ahead of their time).

import type { Task } from './types'

/** States in which a task asks for nothing more. */
export const OVER: ReadonlySet<string> = new Set(['submitted', 'done', 'cancelled', 'referred', 'unable'])

/** Whether a task may be done by now: a visit before its time is none of it. */
export const begun = (task: Task, today: string): boolean => task.from <= today

/** How many of these may be done now, how many of them are due, and how many begin later. */
export function standing(tasks: Task[], today: string): { now: number; due: number; later: number } {
  const now = tasks.filter((one) => begun(one, today))
  return { now: now.length, due: now.filter((one) => one.due_on <= today).length, later: tasks.length - now.length }
}
