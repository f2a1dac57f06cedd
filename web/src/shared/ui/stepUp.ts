import { shallowRef } from 'vue'

/** Somebody waits for the person to show again who he is; the window in `StepUp.vue` answers. */
export const waiting = shallowRef<{ answer: (done: boolean) => void } | null>(null)
let shared: Promise<boolean> | null = null

/** Opens the window; requests that come meanwhile wait for the same answer. */
export function askStepUp(): Promise<boolean> {
  shared ??= new Promise<boolean>((resolve) => {
    waiting.value = {
      answer: (done) => {
        waiting.value = null
        shared = null
        resolve(done)
      },
    }
  })
  return shared
}
