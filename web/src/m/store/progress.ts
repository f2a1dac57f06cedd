// How far a visit is: what is answered, what still stands in the way. Apart from the draft itself, because the first screen shows it.

import type { Draft, Item } from './types'

export interface Progress { total: number; done: number; failed: number; missing: Missing[] }
export interface Missing { item: string; what: 'answer' | 'photo' | 'reason' }

/** What is done and what still stands in the way. A photo is asked for only where an item failed. */
export function progress(draft: Draft): Progress {
  const missing: Missing[] = []
  let done = 0
  let failed = 0
  for (const item of draft.sheet.items) {
    const answer = draft.answers[item.code]
    if (!answer) {
      if (item.mandatory) missing.push({ item: item.code, what: 'answer' })
      continue
    }
    done += 1
    if (answer.value === 'fail') {
      failed += 1
      if (!answer.photos.length) missing.push({ item: item.code, what: 'photo' })
    } else if (answer.value !== 'pass' && !answer.reason.trim()) missing.push({ item: item.code, what: 'reason' })
  }
  return { total: draft.sheet.items.length, done, failed, missing }
}

export interface Block { code: string; title: string; items: Item[]; done: number; failed: number }

/**
 * The blocks that are folded when one comes back: nothing is missing in them, nothing failed, and they are not where one was
 * last. A browser that made room for the camera comes back too, and who found a fault is not done with it.
 */
export function finished(draft: Draft): Set<string> {
  const { missing } = progress(draft)
  const last = Object.keys(draft.answers).at(-1)
  const isOpen = (item: Item): boolean => item.code === last || missing.some((one) => one.item === item.code)
  const whole = draft.refusal ? [] : blocks(draft).filter((block) => block.done === block.items.length && !block.failed && !block.items.some(isOpen))
  return new Set(whole.map((block) => block.code))
}

/** The sheet by block, in its own order. */
export function blocks(draft: Draft): Block[] {
  const found: Block[] = []
  for (const item of draft.sheet.items as Item[]) {
    let block = found.find((b) => b.code === item.block)
    if (!block) found.push((block = { code: item.block, title: item.block_title, items: [], done: 0, failed: 0 }))
    block.items.push(item)
    const value = draft.answers[item.code]?.value
    if (value) block.done += 1
    if (value === 'fail') block.failed += 1
  }
  return found
}
