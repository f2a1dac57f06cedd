// Whether the phone will keep what it is given. The system may clear a page's storage when the phone is full, unless it
// was asked not to.

/** Below this a person is told. Units: bytes; about a hundred pictures. */
export const LOW_BYTES = 50 * 1024 * 1024

export interface Space { persistent: boolean | null; free: number | null; used: number | null }

type Storage = Pick<StorageManager, 'estimate' | 'persist' | 'persisted'>

/** How things stand; asks for permanence when it is not yet granted. */
export async function space(storage: Partial<Storage> | undefined = globalThis.navigator?.storage): Promise<Space> {
  if (!storage) return { persistent: null, free: null, used: null }
  let persistent: boolean | null = null
  try {
    persistent = storage.persisted ? await storage.persisted() : null
    if (persistent === false && storage.persist) persistent = await storage.persist()
  } catch { /* asking is refused in private windows: unknown stays unknown */ }
  try {
    const said = storage.estimate ? await storage.estimate() : {}
    const free = said.quota !== undefined && said.usage !== undefined ? said.quota - said.usage : null
    return { persistent, free, used: said.usage ?? null }
  } catch {
    return { persistent, free: null, used: null }
  }
}

export function isLow(space: Space): boolean {
  return space.free !== null && space.free < LOW_BYTES
}
