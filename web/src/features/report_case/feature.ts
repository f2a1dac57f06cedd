import type { Feature } from '@/desk/feature'

/** What anybody reports: taken, screened, looked at, answered. */
export default {
  routes: [
    { path: '/report-cases', component: () => import('./ReportCaseList.vue'), meta: { can: ['report_case.read'], title: 'report_case.title' } },
    { path: '/report-cases/rewards', component: () => import('./RewardList.vue'), meta: { can: ['report_case.answer'], title: 'report_case.rewards' } },
    { path: '/report-orders', component: () => import('./OrderList.vue'), meta: { can: ['report_case.read'], title: 'report_case.orders' } },
    { path: '/report-cases/:id', component: () => import('./ReportCasePage.vue'), meta: { can: ['report_case.read'], title: 'report_case.one' } },
  ],
  menu: [
    { section: 'report_case', order: 10, to: '/report-cases', label: 'report_case.menu', can: ['report_case.read'], badge: 'reports_to_screen' },
    { section: 'report_case', order: 20, to: '/report-orders', label: 'report_case.orders', can: ['report_case.read'] },
  ],
} satisfies Feature
