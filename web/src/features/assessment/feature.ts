import type { Feature } from '@/desk/feature'

/** Factories and warehouses assessed by the town or a firm, and what was found treated. */
export default {
  routes: [{ path: '/assessments', component: () => import('./AssessmentList.vue'), meta: { can: ['place.read'], title: 'assessment.title' } }],
  menu: [{ section: 'inspection', order: 60, to: '/assessments', label: 'assessment.title', can: ['place.read'] }],
} satisfies Feature
