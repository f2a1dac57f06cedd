// Pushes in this browser: asked for once, when its person turns them on; never on load. The page closed, the lock screen says only
// that there is something.
import { computed, ref, type ComputedRef, type Ref } from 'vue'
import { api } from '@/shared/api/client'
import type { PushInput, PushSettings } from '@/shared/api/contract'
import { useAct, useLoad, type Act, type Load } from '@/shared/api/use'
import { sha256 } from '@/shared/photo/hash'

/** How this browser stands: it cannot (`none`), was forbidden to by its person (`denied`), does not yet, or does. */
export type PushStand = 'none' | 'denied' | 'off' | 'on'

/** The town's key as browsers want it. */
export function bytesOf(key: string): Uint8Array<ArrayBuffer> {
  const text = atob(key.replace(/-/g, '+').replace(/_/g, '/'))
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0))
}

/** What a browser is called, so that its person knows it among his others. */
export function nameOf(agent: string): string {
  const system = ['Android', 'iPhone', 'iPad', 'Windows', 'Mac OS', 'Linux'].find((one) => agent.includes(one)) ?? ''
  const names = { MicroMessenger: '微信', HuaweiBrowser: '华为浏览器', MiuiBrowser: '小米浏览器', EdgA: 'Edge', Edg: 'Edge', Firefox: 'Firefox', Chrome: 'Chrome', Safari: 'Safari' }
  const browser = Object.entries(names).find(([mark]) => agent.includes(mark))?.[1] ?? ''
  return [system, browser].filter(Boolean).join(' ')
}

export interface Push {
  settings: Load<PushSettings>
  stand: ComputedRef<PushStand>
  /** SHA-256 of this browser's address; empty where it takes no pushes. */
  mark: Ref<string>
  on: Act<[], PushSettings | null>
  off: Act<[id: string], PushSettings>
}

/** `worker` gives the service worker that shows pushes: the phone has one, the desk takes it when it is asked for. */
export function usePush(worker: () => Promise<ServiceWorkerRegistration>): Push {
  const can = typeof window !== 'undefined' && window.isSecureContext && 'serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window
  const settings = useLoad((signal) => api.get<PushSettings>('/me/push', undefined, { signal }))
  const mark = ref('')
  const denied = ref(can && Notification.permission === 'denied')
  const known = async (own: PushSubscription): Promise<void> => {
    mark.value = await sha256(new TextEncoder().encode(own.endpoint))
  }
  // A worker that is there already is asked; none is taken for it.
  const look = async (): Promise<void> => {
    const found = await navigator.serviceWorker.getRegistration(location.pathname)
    const own = await found?.pushManager.getSubscription()
    if (own) await known(own)
  }
  if (can) void look().catch(() => undefined)
  const stand = computed<PushStand>(() => {
    if (!can) return 'none'
    if (denied.value) return 'denied'
    return settings.data.value?.items.some((one) => one.mark === mark.value) ? 'on' : 'off'
  })
  const on = useAct(async (key: string): Promise<PushSettings | null> => {
    const town = settings.data.value?.key
    if (!can || !town) return null
    denied.value = (await Notification.requestPermission()) === 'denied'
    if (Notification.permission !== 'granted') return null
    const { pushManager } = await worker()
    const before = await pushManager.getSubscription()
    // One made for another key, as of another town's program under this address, is of no use.
    if (before && !sameKey(before.options.applicationServerKey, bytesOf(town))) await before.unsubscribe()
    const own = await pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytesOf(town) })
    const { endpoint = '', keys } = own.toJSON()
    const input: PushInput = { endpoint, p256dh: keys?.['p256dh'] ?? '', auth: keys?.['auth'] ?? '', browser: nameOf(navigator.userAgent) }
    const told = await api.post<PushSettings>('/me/push', input, { key })
    await known(own)
    settings.data.value = told
    return told
  })
  const off = useAct(async (key: string, id: string): Promise<PushSettings> => {
    const isHere = settings.data.value?.items.some((one) => one.id === id && one.mark === mark.value)
    const told = await api.post<PushSettings>(`/me/push/${id}/end`, {}, { key })
    settings.data.value = told
    if (isHere) {
      const found = await navigator.serviceWorker.getRegistration(location.pathname)
      await (await found?.pushManager.getSubscription())?.unsubscribe()
      mark.value = ''
    }
    return told
  })
  return { settings, stand, mark, on, off }
}

function sameKey(own: ArrayBuffer | null, town: Uint8Array): boolean {
  const bytes = new Uint8Array(own ?? new ArrayBuffer(0))
  return bytes.length === town.length && bytes.every((byte, n) => byte === town[n])
}
