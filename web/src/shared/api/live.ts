import { onScopeDispose, ref } from 'vue'
import type { ChangeEvent } from './contract'
import { BASE, signedOut } from './client'

type Listener = (change: ChangeEvent | null) => void

const listeners = new Set<Listener>()
let source: EventSource | null = null
let timer: ReturnType<typeof setInterval> | null = null
/** How often to ask where there is no stream. */
const POLL_MS = 5_000
/** An open stream that says nothing this long may be held back by an office proxy: then ask now and again. */
const SILENT_MS = 60_000
/** Whether changes come by themselves now; where they do not, they are asked for. */
export const streaming = ref(false)
let heard = 0
let asked = 0

function tell(change: ChangeEvent | null): void {
  for (const listener of listeners) listener(change)
}

function open(): void {
  if (source || typeof EventSource === 'undefined') return
  source = new EventSource(`${BASE}/events`)
  source.addEventListener('open', () => {
    heard = Date.now()
    streaming.value = true
  })
  source.addEventListener('error', () => (streaming.value = false))
  source.addEventListener('change', (event) => {
    heard = Date.now()
    try {
      tell(JSON.parse((event as MessageEvent<string>).data) as ChangeEvent)
    } catch {
      tell(null)
    }
  })
}

function start(): void {
  open()
  timer ??= setInterval(() => {
    if (signedOut()) return
    const quiet = Date.now() - Math.max(heard, asked) < (source?.readyState === 1 ? SILENT_MS : 0)
    if (source?.readyState === 2) {
      source.close()
      source = null
      open()
    }
    if (quiet || document.visibilityState !== 'visible') return
    asked = Date.now()
    tell(null)
  }, POLL_MS)
}

function stop(): void {
  source?.close()
  source = null
  if (timer) clearInterval(timer)
  timer = null
  streaming.value = false
}

/** Ends the stream, at logout. */
export function stopLive(): void {
  stop()
}

/** A load that answers nothing for so long is lost and holds nothing up any more. */
const LOST_MS = 15_000

/**
 * Calls `refresh` when something of these kinds changed, or every five seconds where the stream does not come through.
 * Several changes at once are one call, and what changes while it loads is one more once it is settled: in a storm of changes a page
 * still gets its answers, one after the other. So `refresh` gives its load; where there is none to wait for, whether it did anything.
 */
export function useLive(kinds: string[], refresh: () => Promise<unknown> | boolean, matches: (change: ChangeEvent) => boolean = () => true): void {
  let due: ReturnType<typeof setTimeout> | null = null
  let running = false
  let again = false
  let over = false
  const arm = (): void => {
    if (running) again = true
    else if (!over) due ??= setTimeout(() => void run(), 400)
  }
  const run = async (): Promise<void> => {
    due = null
    running = true
    again = false
    let lost: ReturnType<typeof setTimeout> | undefined
    const waits = new Promise((on) => (lost = setTimeout(on, LOST_MS)))
    // What goes wrong the page says itself.
    await Promise.race([(async () => refresh())().catch(() => null), waits])
    clearTimeout(lost)
    running = false
    if (again) arm()
  }
  const listener: Listener = (change) => {
    if (!change || (kinds.includes(change.object_kind) && matches(change))) arm()
  }
  listeners.add(listener)
  start()
  onScopeDispose(() => {
    over = true
    listeners.delete(listener)
    if (due) clearTimeout(due)
    if (listeners.size === 0) stop()
  })
}
