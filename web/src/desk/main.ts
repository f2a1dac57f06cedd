import '../styles/tokens.css'
import '../styles/base.css'
import '../styles/element.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { acting, setHooks } from '../shared/api/client'
import { learnClock } from '../shared/api/clock'
import { setupI18n, translate } from '../shared/i18n'
import { setupTheme } from '../shared/theme'
import { askStepUp } from '../shared/ui/stepUp'
import App from './App.vue'
import { watchUpgrade } from './upgrade'
import { elementLocale } from './element'
import { makeRouter } from './router'
import { useSession } from './session'
import { deskWords } from './words'

setupTheme()
const app = createApp(App)
app.use(createPinia())
void (async () => {
  app.use(await setupI18n(deskWords))
  elementLocale(app)
  const router = makeRouter()
  const session = useSession()
  setHooks({
    offlineText: () => translate('shared.offline'),
    // Whoever was at work keeps his page: what he typed must not go with the session.
    unauthenticated: (problem, writes, clicked) => {
      const at = router.currentRoute.value
      const atDoor = at.name === 'login' || at.name === 'password'
      // He is just leaving.
      if (session.me && !acting()) return
      // A watch that sleeps beside its screen is woken by it, not led to a page that keeps silent.
      if (at.meta.watched && session.me && !writes) return void window.dispatchEvent(new Event('fengsui:expired'))
      if (session.me && !(atDoor && problem.status === 403)) return import('../features/session/signIn').then((room) => room.askSignIn(app, problem, writes || clicked), () => false)
      if (problem.status === 403) void router.push({ name: 'password' })
      else if (!atDoor) void router.push({ name: 'login', query: { next: at.fullPath } })
    },
    mustEnrol: () => void router.push({ name: 'account' }),
    stepUp: askStepUp,
    clock: learnClock,
  })
  app.use(router)
  await router.isReady()
  watchUpgrade()
  app.mount('#app')
  // Nobody prints before the page stands.
  void import('../styles/print.css')
  void import('../shared/ui/problem').then((room) => room.mindProblems())
})()
