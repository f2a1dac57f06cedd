// What a push shows while the page is closed, and where a tap on it leads. The phone's service worker takes this file along; the
// desk has it alone. It keeps nothing and answers no request.
/* global self, clients, indexedDB */
const ON_PHONE = new URL(self.registration.scope).pathname.startsWith('/m/')
const PAGES = ON_PHONE ? { orders: '/m/orders', duty: '/duty', home: '/m/' } : { orders: '/duty/mine', duty: '/duty', home: '/' }

self.addEventListener('push', (event) => {
  let said = {}
  try {
    said = event.data.json()
  } catch {
    // Sent without words: that there is something is told all the same.
  }
  event.waitUntil(
    self.registration.showNotification('烽燧', {
      body: said.text || '有新的通知，请打开烽燧',
      lang: 'zh-CN',
      icon: ON_PHONE ? '/m/icon.svg' : '/icon.svg',
      // The same message again takes the place of the first and is heard again.
      tag: said.tag || 'fengsui',
      renotify: true,
      requireInteraction: said.urgent === true,
      data: { page: PAGES[said.page] || PAGES.home },
    }),
  )
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const page = (event.notification.data && event.notification.data.page) || PAGES.home
  event.waitUntil(
    (async () => {
      const open = await clients.matchAll({ type: 'window', includeUncontrolled: true })
      const there = open.find((one) => new URL(one.url).pathname === page)
      if (there) return there.focus()
      return clients.openWindow(page)
    })(),
  )
})

// The browser changed its address by itself: the program is told, or nobody would be reached there any more.
self.addEventListener('pushsubscriptionchange', (event) => {
  const key = event.oldSubscription && event.oldSubscription.options.applicationServerKey
  if (!event.newSubscription && !key) return
  event.waitUntil(
    (async () => {
      const own = event.newSubscription || (await self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }))
      const { endpoint, keys } = own.toJSON()
      const told = () => post('/api/v1/me/push', { endpoint, p256dh: keys.p256dh, auth: keys.auth, browser: ON_PHONE ? '手机' : '电脑' })
      const answer = await told()
      if (answer.status === 401 && (await proved())) await told()
    })(),
  )
})

function post(path, body) {
  return fetch(path, { method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json', 'X-Fengsui': '1' }, body: JSON.stringify(body) })
}

/** Shows the key a phone's session is bound to, as pages do (`src/shared/api/device.ts`). */
async function proved() {
  // Opened only where it is: an empty one made here would be none for the page.
  const known = indexedDB.databases ? await indexedDB.databases() : []
  if (!known.some((one) => one.name === 'fengsui.device')) return false
  const settled = (asked) => new Promise((done, failed) => { asked.onsuccess = () => done(asked.result); asked.onerror = () => failed(asked.error) })
  const db = await settled(indexedDB.open('fengsui.device'))
  const key = await settled(db.transaction('key').objectStore('key').get('current'))
  db.close()
  const asked = await fetch('/api/v1/session/challenge', { credentials: 'same-origin' })
  if (!key || !asked.ok) return false
  const { challenge } = await asked.json()
  const bytes = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new TextEncoder().encode(challenge))
  const signature = btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
  return (await post('/api/v1/session/proof', { challenge, signature })).ok
}
