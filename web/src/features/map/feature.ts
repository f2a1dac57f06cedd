import type { Feature } from '../../desk/feature'

/** Everything that has a place on the ground, on one map. */
export default {
  routes: [{ path: '/map', component: () => import('./MapPage.vue'), meta: { title: 'map.title', can: ['place.read', 'hazard.read', 'force.read'] } }],
  menu: [{ section: 'command', order: 10, to: '/map', label: 'map.menu', can: ['place.read', 'hazard.read', 'force.read'] }],
} satisfies Feature
