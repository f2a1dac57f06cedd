import { onMounted, onScopeDispose } from 'vue'
import { api } from '@/shared/api/client'
import type { MessagesReceived } from '@/shared/api/contract'
import { uuidv7 } from '@/shared/api/id'

/** What a person does, and a page left open at night does not. */
const GESTURES = ['pointerdown', 'keydown', 'wheel'] as const

/**
 * The page that shows what a message is about says that it arrived: no other channel is tried then. An alarm has arrived
 * only when a hand touched the page after it came: a screen nobody sits at hears nothing. Call what is returned when
 * something new is shown.
 */
export function useReceived(): () => void {
  let waits = false
  const send = (touched: boolean): void => void api.post<MessagesReceived>('/me/messages/received', { touched }, { key: uuidv7() }).catch(() => undefined)
  const touch = (): void => {
    if (!waits) return
    waits = false
    send(true)
  }
  const tell = (): void => {
    waits = true
    if (document.visibilityState === 'visible') send(false)
  }
  onMounted(() => {
    for (const one of GESTURES) window.addEventListener(one, touch, { capture: true, passive: true })
    tell()
  })
  onScopeDispose(() => {
    for (const one of GESTURES) window.removeEventListener(one, touch, { capture: true })
  })
  return tell
}
