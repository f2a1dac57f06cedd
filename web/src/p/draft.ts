// What the owner has taken and written, kept in the phone until the server confirmed all of it. A browser without
// IndexedDB (private mode, full storage) keeps it in memory for this visit.
import type { Uploading } from './upload'

export interface Draft {
  code: string
  /** The same key on every try, so that a fix handed in twice is one fix. */
  key: string
  name: string
  note: string
  photos: Uploading[]
  /** Whether the owner pressed the button: then we go on by ourselves. */
  sending: boolean
}

const STORE = 'draft'

function open(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const asked = indexedDB.open('fengsui-unit', 1)
    asked.onupgradeneeded = () => asked.result.createObjectStore(STORE, { keyPath: 'code' })
    asked.onsuccess = () => resolve(asked.result)
    asked.onerror = () => reject(asked.error)
  })
}

async function run<T>(mode: IDBTransactionMode, act: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open()
  try {
    return await new Promise<T>((resolve, reject) => {
      const work = db.transaction(STORE, mode)
      const asked = act(work.objectStore(STORE))
      work.oncomplete = () => resolve(asked.result)
      work.onabort = () => reject(work.error)
      work.onerror = () => reject(work.error)
    })
  } finally {
    db.close()
  }
}

/** The draft of this link, if one was left. */
export async function find(code: string): Promise<Draft | null> {
  try {
    return ((await run('readonly', (store) => store.get(code))) as Draft | undefined) ?? null
  } catch {
    return null
  }
}

/** Keeps the draft; false when this browser keeps nothing. */
export async function keep(draft: Draft): Promise<boolean> {
  try {
    await run('readwrite', (store) =>
      store.put({ ...draft, photos: draft.photos.map((photo) => ({ ...photo })) }),
    )
    return true
  } catch {
    return false
  }
}

/** Forgets the draft; only once the server has it. */
export async function forget(code: string): Promise<void> {
  try {
    await run('readwrite', (store) => store.delete(code))
  } catch {
    // Nothing was kept, so there is nothing to forget.
  }
}
