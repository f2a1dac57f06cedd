import type { TaskPage, TaskRow } from '@/shared/api/contract'

/** The stages in which something is still owed, as the server counts it: all but done and cancelled. */
export const OPEN = ['pending', 'assigned', 'accepted', 'in_progress', 'submitted', 'unable', 'referred'] as const

/**
 * One page of the tasks in any of the open stages, first due first. The list takes one stage at a time, and every stage
 * is sorted alike, so that the pages are merged; a page begins after a due date and an id, whatever the stage.
 */
export async function openTasks(one: (state: string) => Promise<TaskPage>, limit: number): Promise<TaskPage> {
  const pages = await Promise.all(OPEN.map(one))
  const before = (a: TaskRow, b: TaskRow): number => (a.due_on === b.due_on ? (a.id < b.id ? -1 : 1) : a.due_on < b.due_on ? -1 : 1)
  const all = pages.flatMap((page) => page.items).sort(before)
  const items = all.slice(0, limit)
  const last = items.at(-1)
  const more = all.length > limit || pages.some((page) => page.next)
  return { items, next: more && last ? `${last.due_on}_${last.id}` : null, total: pages.reduce((sum, page) => sum + (page.total ?? 0), 0) }
}
