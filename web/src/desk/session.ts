import { defineStore } from 'pinia'
import { computed, ref, watch } from 'vue'
import { ApiProblem, actAs, api, left } from '../shared/api/client'
import type { LoginInput, Me } from '../shared/api/contract'
import { stopLive } from '../shared/api/live'
import { setHolidaysTo, setToday } from '../shared/formats'

/** Told to the other tabs of the browser: somebody has signed out. */
export const LEFT = 'fengsui.left'

/** Who is signed in and what they may do. */
export const useSession = defineStore('session', () => {
  const me = ref<Me | null>(null)
  const known = ref(false)
  watch(() => me.value?.person?.id ?? '', actAs, { flush: 'sync' })
  addEventListener('storage', (event) => event.key === LEFT && left())

  function take(answer: Me): void {
    me.value = answer
    known.value = true
    if (answer.today) setToday(answer.today)
    setHolidaysTo(answer.holidays_to)
  }
  /** Asks once who is signed in; nobody is no error. */
  async function ensure(): Promise<void> {
    if (known.value) return
    try {
      take(await api.get<Me>('/me', undefined, { quiet: true }))
    } catch (error) {
      const problem = ApiProblem.of(error)
      if (problem.status !== 401) throw problem
      known.value = true
    }
  }
  async function refresh(): Promise<void> {
    take(await api.get<Me>('/me'))
  }
  async function login(input: LoginInput, key: string): Promise<Me> {
    const answer = await api.post<Me>('/login', input, { key, quiet: true })
    take(answer)
    return answer
  }
  async function logout(): Promise<void> {
    stopLive()
    const told = api.post('/logout', undefined, { quiet: true }).catch(() => undefined)
    // From here on nothing of his is sent anew, whatever the server answers to it.
    actAs('')
    try {
      localStorage.setItem(LEFT, String(Date.now()))
    } catch {
      // A browser that keeps nothing tells nobody.
    }
    await told
    forget()
  }
  function forget(): void {
    me.value = null
    known.value = true
  }
  const actions = computed(() => new Set(me.value?.actions ?? []))
  /** Whether the person may do one of these anywhere. */
  function can(...wanted: string[]): boolean {
    return wanted.some((action) => actions.value.has(action))
  }
  return { me, known, ensure, refresh, login, logout, forget, can }
})
