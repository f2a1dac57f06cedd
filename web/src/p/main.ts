import '../styles/tokens.css'
import '../styles/base.css'
import { createApp } from 'vue'
import { setupI18n } from '../shared/i18n'
import { setupTheme } from '../shared/theme'
import App from './App.vue'
import { publicWords } from './words'

setupTheme()
void (async () => {
  createApp(App).use(await setupI18n(publicWords)).mount('#app')
})()
