import { type App, h, render } from 'vue'
import { LEFT } from '../../desk/session'
import { released } from '../../shared/api/attended'
import type { ApiProblem } from '../../shared/api/client'
import SignIn from './SignIn.vue'

let shared: Promise<boolean> | null = null
let declined = false
let listens = false

/**
 * Opens the window in which the same person signs in again, and changes his password where that comes first; requests that come
 * meanwhile wait for the same answer. Who said no is not asked again for what the page looks up by itself: only when he sends
 * something, fetches something (`own`), or goes to another page. Whoever signs out in another tab closes it: what waited stays
 * unsent.
 */
export function askSignIn(app: App, problem: ApiProblem, own: boolean): Promise<boolean> {
  if (!listens) app.config.globalProperties.$router.afterEach(() => void (declined = false))
  listens = true
  if (declined && !own) return Promise.resolve(false)
  shared ??= new Promise<boolean>((resolve) => {
    const place = document.createElement('div')
    const onAnswer = (again: boolean): void => {
      removeEventListener('storage', onLeft)
      render(null, place)
      shared = null
      declined = !again
      // The click that said no asks for nothing.
      if (!again) released()
      resolve(again)
    }
    const onLeft = (event: StorageEvent): void => void (event.key === LEFT && onAnswer(false))
    addEventListener('storage', onLeft)
    const window = h(SignIn, { problem, onAnswer })
    window.appContext = app._context
    render(window, place)
  })
  return shared
}
