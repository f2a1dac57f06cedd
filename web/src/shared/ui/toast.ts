import { reactive } from 'vue'

export interface Toast {
  id: number
  text: string
  tone: 'done' | 'bad'
  /** Seconds left in which it can be undone; 0 without undo. */
  left: number
  undo?: () => void
}

export const toasts = reactive<Toast[]>([])
let next = 1

function drop(id: number): void {
  const at = toasts.findIndex((t) => t.id === id)
  if (at >= 0) toasts.splice(at, 1)
}

/** Says what has happened, in words of the thing done (`已派发 12 项`). */
export function say(text: string, tone: Toast['tone'] = 'done'): void {
  const id = next++
  toasts.push({ id, text, tone, left: 0 })
  setTimeout(() => drop(id), tone === 'bad' ? 8_000 : 4_000)
}

/**
 * Says what is about to happen and does it after eight seconds, unless it is undone. Leaving the page does it at once:
 * what was said to be done is done.
 */
export function sayWithUndo(text: string, commit: () => void | Promise<void>, undone?: () => void): void {
  const id = next++
  let settled = false
  const settle = (really: boolean): void => {
    if (settled) return
    settled = true
    clearInterval(timer)
    removeEventListener('pagehide', leave)
    drop(id)
    if (really) void commit()
    else undone?.()
  }
  const leave = (): void => settle(true)
  toasts.push({ id, text, tone: 'done', left: 8, undo: () => settle(false) })
  const timer = setInterval(() => {
    const mine = toasts.find((t) => t.id === id)
    if (!mine || mine.left <= 1) settle(true)
    else mine.left -= 1
  }, 1_000)
  addEventListener('pagehide', leave)
}
