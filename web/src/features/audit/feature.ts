import type { Feature } from '../../desk/feature'

/** The unbroken record: read, filtered, proven. */
export default {
  routes: [{ path: '/audit', component: () => import('./AuditPage.vue'), meta: { title: 'audit.title', can: ['audit.read'] } }],
  menu: [{ section: 'review', order: 90, to: '/audit', label: 'audit.menu', can: ['audit.read'] }],
} satisfies Feature
