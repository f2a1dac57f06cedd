import type { Feature } from '@/desk/feature'

export default {
  routes: [
    { path: '/inspections', name: 'inspections', component: () => import('./InspectionList.vue'), meta: { can: ['inspection.read'], title: 'inspection.title' } },
    { path: '/inspections/:id', name: 'inspection', component: () => import('./InspectionPage.vue'), meta: { can: ['inspection.read'], title: 'inspection.one' } },
  ],
  menu: [{ section: 'inspection', order: 30, to: '/inspections', label: 'inspection.title', can: ['inspection.read'] }],
} satisfies Feature
