import type { Feature } from '@/desk/feature'

/** What units of one sector have in common, new trades and who leads them. */
export default {
  routes: [{ path: '/sectors/:id?', component: () => import('./SectorPage.vue'), meta: { can: ['sector.read'], title: 'sector.title' } }],
  menu: [{ section: 'hazard', order: 50, to: '/sectors', label: 'sector.title', can: ['sector.read'] }],
} satisfies Feature
