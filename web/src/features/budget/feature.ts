import type { Feature } from '@/desk/feature'

/** Money promised for a year and spent. */
export default {
  routes: [{ path: '/budget', component: () => import('./BudgetPage.vue'), meta: { can: ['budget.read'], title: 'budget.title' } }],
  menu: [{ section: 'facility', order: 80, to: '/budget', label: 'budget.menu', can: ['budget.read'] }],
} satisfies Feature
