import type { Feature } from '@/desk/feature'

/** Signals: what devices, platforms and people told us, with how far each is trusted. */
export default {
  routes: [
    { path: '/signals', component: () => import('./SignalList.vue'), meta: { can: ['signal.read'], title: 'signal.title' } },
    { path: '/signals/:id', component: () => import('./SignalPage.vue'), meta: { can: ['signal.read'], title: 'signal.one' } },
  ],
  menu: [{ section: 'command', order: 12, to: '/signals', label: 'signal.menu', can: ['signal.read'] }],
} satisfies Feature
