/// <reference types="vite-plugin-pwa/vanillajs" />
// The service worker: makes a cold start possible without a network, and says when a newer version lies ready.

import { ref } from 'vue'

export const updateReady = ref(false)
/** A new version is looked for this often while the page stays open. */
const LOOK_EVERY_MS = 60 * 60_000
let update: ((reload?: boolean) => Promise<void>) | null = null

export async function setupUpdate(): Promise<void> {
  // Plain HTTP on the township's own network has none; everything but the cold start works there.
  if (!('serviceWorker' in navigator)) return
  // Behind the first screen: on a village line, what is drawn comes before what is kept.
  const { registerSW } = await import('virtual:pwa-register')
  update = registerSW({
    immediate: true,
    onNeedRefresh() { updateReady.value = true },
    onRegisteredSW(_url, registration) {
      if (registration) setInterval(() => { if (navigator.onLine) void registration.update().catch(() => {}) }, LOOK_EVERY_MS)
    },
  })
}

/** Only when asked: a page never changes under somebody's fingers. Every tap is saved already. */
export async function applyUpdate(): Promise<void> {
  // The first session is taken over without having been an update: it would wait for a reload that never comes.
  navigator.serviceWorker.addEventListener('controllerchange', () => location.reload(), { once: true })
  await update?.(true)
}
