import { onMounted } from 'vue'
import { api } from '@/shared/api/client'
import type { MessagesReceived } from '@/shared/api/contract'
import { uuidv7 } from '@/shared/api/id'

/** The page that shows what a message is about says that it arrived: no other channel is tried then. */
export function useReceived(): () => void {
  const tell = (): void => {
    if (document.visibilityState === 'visible') void api.post<MessagesReceived>('/me/messages/received', {}, { key: uuidv7() }).catch(() => undefined)
  }
  onMounted(tell)
  return tell
}
