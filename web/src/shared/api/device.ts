// The key a phone's session is bound to. It is made here at the login, signs what the server asks to have signed, and cannot be
// taken away: the browser keeps it and gives nobody its private half. The desk opened in the same browser shows it too. The service
// worker (`public/push.js`) reads the same place, so name and shape of what is kept stay as they are.

const DATABASE = 'fengsui.device'
const STORE = 'key'
/** The key of the session in use, and one made for a login that has not come back yet. */
type Slot = 'current' | 'next'

/** What the server says when the key was not shown lately. */
export const PROOF_NEEDED = 'session.proof_needed'
/** `no`: this browser does not have the key; only a login helps. `away`: the server was not reached. */
export type Proved = 'yes' | 'no' | 'away'
type Fetch = typeof fetch

/** Whether this browser can keep such a key: over plain HTTP none can. */
export const canKeepKey = (): boolean => globalThis.isSecureContext !== false && !!globalThis.crypto?.subtle && !!globalThis.indexedDB

const settled = <T>(asked: IDBRequest<T>): Promise<T> =>
  new Promise((done, failed) => {
    asked.onsuccess = () => done(asked.result)
    asked.onerror = () => failed(asked.error)
  })

/** One act on the store, over when it is safely written. */
async function within<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => Promise<T>): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1)
  // Who only looks leaves nothing behind: after signing out there is no such place, and it is not made again.
  opening.onupgradeneeded = () => { if (mode === 'readonly') opening.transaction?.abort(); else opening.result.createObjectStore(STORE) }
  const db = await settled(opening)
  try {
    const tx = db.transaction(STORE, mode)
    const over = new Promise<void>((done, failed) => {
      tx.oncomplete = () => done()
      tx.onabort = () => failed(tx.error)
    })
    const [came] = await Promise.all([act(tx.objectStore(STORE)), over])
    return came
  } finally {
    db.close()
  }
}

const kept = (slot: Slot): Promise<CryptoKey | undefined> =>
  within('readonly', (store) => settled(store.get(slot) as IDBRequest<CryptoKey | undefined>)).catch((error: unknown) => {
    if ((error as DOMException)?.name === 'AbortError') return undefined
    throw error
  })

/**
 * Makes a key for the next login and gives its public half, base64url of the uncompressed point; '' where the browser cannot make or
 * keep one. It counts once [`keepKey`] was told that the login went through.
 */
export async function newKey(): Promise<string> {
  if (!canKeepKey()) return ''
  try {
    const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify'])
    await within('readwrite', (store) => settled(store.put(pair.privateKey, 'next' satisfies Slot)))
    // Some browsers take a key and give back nothing that signs.
    const back = await kept('next')
    if (!back || !(await signed(back, 'probe'))) return ''
    return base64url(await crypto.subtle.exportKey('raw', pair.publicKey))
  } catch {
    return ''
  }
}

/** The login with the last key made went through: the session is bound to it, or with `bound` false to none. */
export async function keepKey(bound: boolean): Promise<void> {
  if (!canKeepKey()) return
  await within('readwrite', async (store) => {
    const next = await settled(store.get('next' satisfies Slot))
    await settled(store.delete('next' satisfies Slot))
    if (bound && next) await settled(store.put(next, 'current' satisfies Slot))
    else await settled(store.delete('current' satisfies Slot))
  })
}

/** Takes the key off this browser, at the logout. */
export async function forgetKey(): Promise<void> {
  if (!globalThis.indexedDB) return
  const gone = indexedDB.deleteDatabase(DATABASE)
  await new Promise<void>((done) => { gone.onsuccess = gone.onerror = gone.onblocked = () => done() })
}

let proving: Promise<Proved> | null = null

/** Shows the key: signs what the server asks. Whoever asks meanwhile waits for the same answer. */
export function prove(base: string, fetcher: Fetch = (...a) => fetch(...a)): Promise<Proved> {
  proving ??= shown(base, fetcher).finally(() => (proving = null))
  return proving
}

async function shown(base: string, fetcher: Fetch): Promise<Proved> {
  const key = canKeepKey() ? await kept('current').catch(() => undefined) : undefined
  if (!key) return 'no'
  const init = { credentials: 'same-origin', cache: 'no-store', redirect: 'error', signal: cutAfter(30_000) } as const
  try {
    const asked = await fetcher(`${base}/session/challenge`, { ...init, headers: { accept: 'application/json' } })
    if (asked.status === 401) return 'no'
    if (!asked.ok) return 'away'
    const { challenge } = (await asked.json()) as { challenge: string }
    const answered = await fetcher(`${base}/session/proof`, {
      ...init, method: 'POST', headers: { accept: 'application/json', 'content-type': 'application/json', 'x-fengsui': '1' },
      body: JSON.stringify({ challenge, signature: await signed(key, challenge) }),
    })
    return answered.ok ? 'yes' : answered.status === 401 || answered.status === 422 ? 'no' : 'away'
  } catch {
    return 'away'
  }
}

async function signed(key: CryptoKey, text: string): Promise<string> {
  return base64url(await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new TextEncoder().encode(text)))
}

function base64url(bytes: ArrayBuffer): string {
  return btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

function cutAfter(ms: number): AbortSignal {
  const cut = new AbortController()
  setTimeout(() => cut.abort(), ms)
  return cut.signal
}
