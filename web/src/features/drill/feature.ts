import type { Feature } from '@/desk/feature'

/** Drills of places, villages, stations and the town, from plan to closed issues. */
export default {
  routes: [
    { path: '/drills', component: () => import('./DrillList.vue'), meta: { can: ['drill.read'], title: 'drill.title' } },
    { path: '/drills/:id', component: () => import('./DrillPage.vue'), meta: { can: ['drill.read'], title: 'drill.one' } },
  ],
  menu: [{ section: 'command', order: 60, to: '/drills', label: 'drill.menu', can: ['drill.read'], badge: 'drills_held' }],
} satisfies Feature
