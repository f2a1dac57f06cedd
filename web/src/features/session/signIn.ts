import { type App, h, render } from 'vue'
import SignIn from './SignIn.vue'

let shared: Promise<boolean> | null = null
let declined = false
let listens = false

/**
 * Opens the window in which the same person signs in again; requests that come meanwhile wait for the same answer. Who said
 * no is not asked again for what the page looks up by itself: only when he sends something, or goes to another page.
 */
export function askSignIn(app: App, said: string, writes: boolean): Promise<boolean> {
  if (!listens) app.config.globalProperties.$router.afterEach(() => void (declined = false))
  listens = true
  if (declined && !writes) return Promise.resolve(false)
  shared ??= new Promise<boolean>((resolve) => {
    const place = document.createElement('div')
    const onAnswer = (again: boolean): void => {
      render(null, place)
      shared = null
      declined = !again
      resolve(again)
    }
    const window = h(SignIn, { said, onAnswer })
    window.appContext = app._context
    render(window, place)
  })
  return shared
}
