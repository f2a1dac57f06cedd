import type { Feature } from '@/desk/feature'

/** Self-built houses: graded by a rule with reasons, the closest of them with a round over the departments. */
export default {
  routes: [
    { path: '/houses', component: () => import('./HouseList.vue'), meta: { can: ['place.read'], title: 'house.title' } },
    { path: '/houses/labels', component: () => import('./HouseLabels.vue'), meta: { can: ['place.read'], title: 'house.labels' } },
    { path: '/houses/:id', component: () => import('./HousePage.vue'), meta: { can: ['place.read'], title: 'house.one' } },
  ],
  menu: [{ section: 'place', order: 40, to: '/houses', label: 'house.title', can: ['place.read'] }],
} satisfies Feature
