import type { Feature } from '@/desk/feature'

/** What stations went out for. */
export default {
  routes: [
    { path: '/sorties', component: () => import('./SortieList.vue'), meta: { can: ['sortie.read'], title: 'sortie.title' } },
    { path: '/sorties/:id', component: () => import('./SortiePage.vue'), meta: { can: ['sortie.read'], title: 'sortie.one' } },
  ],
  menu: [{ section: 'command', order: 40, to: '/sorties', label: 'sortie.menu', can: ['sortie.read'] }],
} satisfies Feature
