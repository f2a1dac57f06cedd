import type { Feature } from '@/desk/feature'

/** Periodic reports: live figures while drafted, frozen when issued. */
export default {
  routes: [
    { path: '/reports', component: () => import('./ReportList.vue'), meta: { can: ['report.read'], title: 'report.title' } },
    { path: '/reports/:id', component: () => import('./ReportPage.vue'), meta: { can: ['report.read'], title: 'report.one' } },
  ],
  menu: [{ section: 'review', order: 20, to: '/reports', label: 'report.menu', can: ['report.read'] }],
} satisfies Feature
