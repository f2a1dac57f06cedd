import type { Feature } from '@/desk/feature'

/** Public fire facilities and the town's water: built, managed, maintained. */
export default {
  routes: [
    { path: '/facilities', component: () => import('./FacilityList.vue'), meta: { can: ['facility.read'], title: 'facility.title' } },
    { path: '/facilities/due', component: () => import('./FacilityDue.vue'), meta: { can: ['facility.read'], title: 'facility.dueTitle' } },
    { path: '/facilities/summary', component: () => import('./FacilitySummary.vue'), meta: { can: ['facility.read'], title: 'facility.summaryTitle' } },
    { path: '/facilities/water', component: () => import('./FacilityWater.vue'), meta: { can: ['facility.read'], title: 'facility.waterTitle' } },
    { path: '/facilities/forest', component: () => import('./FacilityForest.vue'), meta: { can: ['facility.read'], title: 'facility.forestTitle' } },
    { path: '/facilities/labels', component: () => import('./FacilityLabels.vue'), meta: { can: ['facility.read'], title: 'facility.labels' } },
    { path: '/facilities/:id', component: () => import('./FacilityPage.vue'), meta: { can: ['facility.read'], title: 'facility.one' } },
  ],
  menu: [{ section: 'facility', order: 10, to: '/facilities', label: 'facility.menu', can: ['facility.read'] }],
} satisfies Feature
