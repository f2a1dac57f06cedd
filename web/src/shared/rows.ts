import { nextTick } from 'vue'

/** Where the mark goes next in a list, staying inside it. */
export function moved(at: number, by: number, length: number): number {
  if (length === 0) return -1
  if (at < 0) return by > 0 ? 0 : length - 1
  return Math.min(length - 1, Math.max(0, at + by))
}

/** J and K: moves the focus to the next control marked `data-row` below `root`, so that Enter is the row's own. */
export async function focusRow(by: number, root: ParentNode = document): Promise<void> {
  await nextTick()
  const rows = Array.from(root.querySelectorAll<HTMLElement>('[data-row]'))
  const at = rows.findIndex((row) => row === document.activeElement)
  const next = rows[moved(at, by, rows.length)]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}
