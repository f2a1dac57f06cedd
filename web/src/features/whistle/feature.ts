import type { Feature } from '@/desk/feature'

/** Whistles: raised here, sent to the bodies that must come, answered on site, judged by both sides. */
export default {
  routes: [
    { path: '/whistles', component: () => import('./WhistleList.vue'), meta: { can: ['whistle.read'], title: 'whistle.title' } },
    { path: '/whistles/kinds', component: () => import('./WhistleKinds.vue'), meta: { can: ['whistle.read'], title: 'whistle.kind_.title' } },
    { path: '/whistles/:id', component: () => import('./WhistlePage.vue'), meta: { can: ['whistle.read'], title: 'whistle.one' } },
  ],
  menu: [{ section: 'hazard', order: 30, to: '/whistles', label: 'whistle.title', can: ['whistle.read'], badge: 'whistles_to_come' }],
} satisfies Feature
