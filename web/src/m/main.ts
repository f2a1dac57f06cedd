import '../styles/tokens.css'
import '../styles/base.css'
import './phone.css'
import { createApp } from 'vue'
import { setupI18n } from '../shared/i18n'
import { setupTheme } from '../shared/theme'
import App from './App.vue'
import { wake } from './phone'
import { router } from './router'
import { setupUpdate } from './update'
import { phoneWords } from './words'

setupTheme()
void setupUpdate()
void (async () => {
  const [i18n] = await Promise.all([setupI18n(phoneWords), wake()])
  createApp(App).use(i18n).use(router).mount('#app')
  await router.isReady()
  // All pages while there is a network, for browsers without a service worker: a tap in a cellar must find its page.
  for (const route of router.getRoutes()) {
    const page = route.components?.['default'] as unknown
    if (typeof page === 'function') await (page as () => Promise<unknown>)().catch(() => undefined)
  }
})()
