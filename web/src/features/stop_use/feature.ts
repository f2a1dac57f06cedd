import type { Feature } from '@/desk/feature'

/** Places stopped from use: proposed here, decided elsewhere, looked at, checked before their return. */
export default {
  routes: [
    { path: '/stop-uses', component: () => import('./StopUseList.vue'), meta: { can: ['stop_use.read'], title: 'stop_use.title' } },
    { path: '/stop-uses/:id', component: () => import('./StopUsePage.vue'), meta: { can: ['stop_use.read'], title: 'stop_use.one' } },
  ],
  menu: [{ section: 'enforcement', order: 30, to: '/stop-uses', label: 'stop_use.title', can: ['stop_use.read'], badge: 'stop_use_patrols' }],
} satisfies Feature
