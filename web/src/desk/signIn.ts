import { shallowRef } from 'vue'

/** The session ended while somebody was at work: what the server says of it. `SignIn.vue` answers. */
export const ended = shallowRef<{ said: string; answer: (again: boolean) => void } | null>(null)
let shared: Promise<boolean> | null = null
let declined = false

/**
 * Opens the window; requests that come meanwhile wait for the same answer. Who said no is not asked again for what the
 * page looks up by itself: only when he sends something, or goes to another page.
 */
export function askSignIn(said: string, writes: boolean): Promise<boolean> {
  if (declined && !writes) return Promise.resolve(false)
  shared ??= new Promise<boolean>((resolve) => {
    ended.value = {
      said,
      answer: (again) => {
        ended.value = shared = null
        declined = !again
        resolve(again)
      },
    }
  })
  return shared
}
export function askAnew(): void {
  declined = false
}
