import type { Feature } from '@/desk/feature'

export default {
  routes: [
    { path: '/inspection-plans', alias: '/plans', name: 'inspection-plans', component: () => import('./PlanList.vue'), meta: { can: ['plan.read'], title: 'inspection_plan.title' } },
    { path: '/inspection-plans/:id', alias: '/plans/:id', name: 'inspection-plan', component: () => import('./PlanPage.vue'), meta: { can: ['plan.read'], title: 'inspection_plan.one' } },
    { path: '/joint-offers', name: 'joint-offers', component: () => import('./JointOffers.vue'), meta: { can: ['task.read'], title: 'inspection_plan.joint' } },
  ],
  menu: [{ section: 'inspection', order: 20, to: '/inspection-plans', label: 'inspection_plan.title', can: ['plan.read'] }],
} satisfies Feature
