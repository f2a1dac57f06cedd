// The device's clock may be off, and what the server wrote down is by the server's: whoever counts minutes from it asks here.
import { onScopeDispose, ref, type Ref } from 'vue'

/** Below this it is the network's delay and the whole seconds of the header. */
const NOISE_MS = 1_500
let ahead = 0

/** Learns how far the server is ahead of the device, from the header of an answer. Whole seconds only: half of one is added. */
export function learnClock(skewMs: number): void {
  if (Number.isFinite(skewMs) && Math.abs(skewMs + 500 - ahead) > NOISE_MS) ahead = Math.abs(skewMs + 500) > NOISE_MS ? skewMs + 500 : 0
}

/** Now, as the server would say. */
export const serverNow = (): number => Date.now() + ahead

/** The same, second by second. */
export function useServerNow(): Ref<number> {
  const now = ref(serverNow())
  const tick = setInterval(() => (now.value = serverNow()), 1_000)
  onScopeDispose(() => clearInterval(tick))
  return now
}
