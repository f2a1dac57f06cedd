import type { Feature } from '@/desk/feature'

/** Fire stations, micro stations and volunteer brigades. */
export default {
  routes: [
    { path: '/forces', component: () => import('./ForceBoard.vue'), meta: { can: ['force.read'], title: 'force.title' } },
    { path: '/forces/:id', component: () => import('./ForcePage.vue'), meta: { can: ['force.read'], title: 'force.one' } },
    { path: '/patrols', component: () => import('./PatrolList.vue'), meta: { can: ['force.read'], title: 'force.patrol.title' } },
    { path: '/patrols/:id', component: () => import('./PatrolPage.vue'), meta: { can: ['force.read'], title: 'force.patrol.title' } },
  ],
  menu: [{ section: 'force', order: 20, to: '/forces', label: 'force.menu', can: ['force.read'] }],
} satisfies Feature
