// The unit owner's page at /p/{code}: no login, no router, no kit.
import { createApp } from 'vue'
import '@/styles/tokens.css'
import './p.css'
import App from './App.vue'
import { choose, language } from './words'

choose(language.value)
createApp(App).mount('#app')
