import '../styles/tokens.css'
import '../styles/base.css'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import { createRouter, createWebHistory } from 'vue-router'
import { setupI18n } from '../shared/i18n'
import { setupTheme } from '../shared/theme'
import App from './App.vue'
import { phoneWords } from './words'

setupTheme()
const router = createRouter({
  history: createWebHistory('/m/'),
  routes: [{ path: '/', component: () => import('./Home.vue') }],
})
void (async () => {
  createApp(App).use(createPinia()).use(await setupI18n(phoneWords)).use(router).mount('#app')
})()
