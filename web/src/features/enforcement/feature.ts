import type { Feature } from '@/desk/feature'

/** Administrative penalties: what the town may enforce, the index of cases, one case with its clocks and its file. */
export default {
  routes: [
    { path: '/cases', component: () => import('./CaseList.vue'), meta: { can: ['enforcement.index'], title: 'enforcement.title' } },
    { path: '/cases/:id', component: () => import('./CasePage.vue'), meta: { can: ['enforcement.read'], title: 'enforcement.one' } },
    { path: '/authority', component: () => import('./AuthorityList.vue'), meta: { can: ['authority.read'], title: 'enforcement.authority' } },
  ],
  menu: [
    { section: 'enforcement', order: 10, to: '/cases', label: 'enforcement.menu', can: ['enforcement.index'] },
    { section: 'enforcement', order: 20, to: '/authority', label: 'enforcement.authority', can: ['authority.read'] },
  ],
} satisfies Feature
