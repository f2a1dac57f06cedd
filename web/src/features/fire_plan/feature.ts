import type { Feature } from '@/desk/feature'

/** The special fire plan: versions, what they plan, who signed, what changed. */
export default {
  routes: [
    { path: '/fire-plans', component: () => import('./FirePlanList.vue'), meta: { can: ['fire_plan.read'], title: 'fire_plan.title' } },
    { path: '/fire-plans/:id', component: () => import('./FirePlanPage.vue'), meta: { can: ['fire_plan.read'], title: 'fire_plan.one' } },
    { path: '/fire-plans/:id/difference/:before', component: () => import('./FirePlanChanges.vue'), meta: { can: ['fire_plan.read'], title: 'fire_plan.differenceTitle' } },
  ],
  menu: [{ section: 'facility', order: 40, to: '/fire-plans', label: 'fire_plan.menu', can: ['fire_plan.read'] }],
} satisfies Feature
