import { onScopeDispose, ref, shallowRef, type Ref } from 'vue'
import { ApiProblem } from './client'
import { uuidv7 } from './id'

export interface Load<T> {
  data: Ref<T | null>
  problem: Ref<ApiProblem | null>
  loading: Ref<boolean>
  /** When the answer that is shown came; 0 before the first. */
  at: Ref<number>
  /** Loads again; what is shown stays until the new answer is there. */
  reload: () => Promise<void>
}

/** Loads something and keeps the old answer while loading again; a late answer never overtakes a newer one. */
export function useLoad<T>(load: (signal: AbortSignal) => Promise<T>, now = true): Load<T> {
  const data = shallowRef<T | null>(null) as Ref<T | null>
  const problem = ref<ApiProblem | null>(null) as Ref<ApiProblem | null>
  const loading = ref(false)
  const at = ref(0)
  let current: AbortController | null = null
  const reload = async (): Promise<void> => {
    current?.abort()
    const mine = new AbortController()
    current = mine
    loading.value = true
    try {
      const answer = await load(mine.signal)
      if (current !== mine) return
      data.value = answer
      at.value = Date.now()
      problem.value = null
    } catch (error) {
      if (current !== mine || mine.signal.aborted) return
      problem.value = ApiProblem.of(error)
    } finally {
      if (current === mine) loading.value = false
    }
  }
  onScopeDispose(() => current?.abort())
  if (now) void reload()
  return { data, problem, loading, at, reload }
}

export interface Act<A extends unknown[], T> {
  busy: Ref<boolean>
  problem: Ref<ApiProblem | null>
  /** Runs once at a time; `undefined` when it was refused, failed or already running. */
  run: (...args: A) => Promise<T | undefined>
  clear: () => void
}

/**
 * One write of a page. The operation's key stays the same over retries after a lost connection or a failure of the
 * server, so that it is carried out once; a definite answer ends it.
 */
export function useAct<A extends unknown[], T>(act: (key: string, ...args: A) => Promise<T>): Act<A, T> {
  const busy = ref(false)
  const problem = ref<ApiProblem | null>(null) as Ref<ApiProblem | null>
  let key = uuidv7()
  let sent = ''
  const run = async (...args: A): Promise<T | undefined> => {
    if (busy.value) return undefined
    // Other content is another operation, also after a lost connection.
    const content = JSON.stringify(args, (_name, value: unknown) => (value instanceof Blob ? value.size : value)) ?? ''
    if (content !== sent) key = uuidv7()
    sent = content
    busy.value = true
    problem.value = null
    try {
      const answer = await act(key, ...args)
      key = uuidv7()
      return answer
    } catch (error) {
      const found = ApiProblem.of(error)
      problem.value = found
      if (found.status >= 400 && found.status < 500) key = uuidv7()
      return undefined
    } finally {
      busy.value = false
    }
  }
  return { busy, problem, run, clear: () => (problem.value = null) }
}
