import type { Feature } from '@/desk/feature'

/** Projects under the clauses of facilities and roads, with the money behind them. */
export default {
  routes: [
    { path: '/projects', component: () => import('./ProjectList.vue'), meta: { can: ['project.read'], title: 'project.title' } },
    { path: '/projects/:id', component: () => import('./ProjectPage.vue'), meta: { can: ['project.read'], title: 'project.one' } },
  ],
  menu: [{ section: 'facility', order: 60, to: '/projects', label: 'project.menu', can: ['project.read'] }],
} satisfies Feature
