import type { Feature } from '@/desk/feature'

export default {
  routes: [
    { path: '/hazards', name: 'hazards', component: () => import('./HazardList.vue'), meta: { can: ['hazard.read'], title: 'hazard.title' } },
    { path: '/hazards/:id', name: 'hazard', component: () => import('./HazardPage.vue'), meta: { can: ['hazard.read'], title: 'hazard.one' } },
  ],
  menu: [{ section: 'hazard', order: 10, to: '/hazards', label: 'hazard.title', can: ['hazard.read'], badge: 'hazards' }],
} satisfies Feature
