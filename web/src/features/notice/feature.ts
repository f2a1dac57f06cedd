import type { Feature } from '../../desk/feature'

/** The township's own notice: attached once, quoted by every clause. */
export default {
  routes: [
    { path: '/notice', component: () => import('./NoticePage.vue'), meta: { title: 'notice.title', can: ['board.read', 'notice.attach'] } },
    { path: '/plan/changes', component: () => import('./PlanChanges.vue'), meta: { title: 'notice.plan.changes', can: ['parameter.read'] } },
    { path: '/plan/compare', component: () => import('./PlanCompare.vue'), meta: { title: 'notice.compare.title', can: ['parameter.read'] } },
    { path: '/notice/reading', component: () => import('./NoticeReading.vue'), meta: { title: 'notice.reading', can: ['board.read', 'notice.attach'] } },
  ],
  menu: [{ section: 'board', order: 60, to: '/notice', label: 'notice.menu', can: ['notice.attach', 'parameter.read'] }],
} satisfies Feature
