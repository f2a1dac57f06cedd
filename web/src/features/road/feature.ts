import type { Feature } from '@/desk/feature'

/** The town's own roads: measured stretches, what passes them, who is reached by what. */
export default {
  routes: [
    { path: '/roads', component: () => import('./RoadList.vue'), meta: { can: ['road.read'], title: 'road.title' } },
    { path: '/roads/access', component: () => import('./RoadAccess.vue'), meta: { can: ['road.read'], title: 'road.accessTitle' } },
    { path: '/roads/import', component: () => import('./RoadImport.vue'), meta: { can: ['road.change'], title: 'road.import.title' } },
    { path: '/roads/blocked', component: () => import('./RoadBlocked.vue'), meta: { can: ['road.read'], title: 'road.blocked.title' } },
    { path: '/roads/scenarios', component: () => import('./ScenarioList.vue'), meta: { can: ['road.plan'], title: 'road.scenarios' } },
    { path: '/roads/scenarios/:id', component: () => import('./ScenarioPage.vue'), meta: { can: ['road.plan'], title: 'road.scenarios' } },
    { path: '/roads/:id', component: () => import('./RoadPage.vue'), meta: { can: ['road.read'], title: 'road.one' } },
  ],
  menu: [{ section: 'facility', order: 20, to: '/roads', label: 'road.menu', can: ['road.read'] }],
} satisfies Feature
