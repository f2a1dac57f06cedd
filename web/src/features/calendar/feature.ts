import type { Feature } from '../../desk/feature'

/** Public holidays and make-up days: what every count of working days goes by. */
export default {
  routes: [{ path: '/calendar', component: () => import('./CalendarPage.vue'), meta: { title: 'calendar.title', can: ['parameter.read'] } }],
  menu: [{ section: 'board', order: 55, to: '/calendar', label: 'calendar.menu', can: ['parameter.propose'] }],
} satisfies Feature
