import type { Feature } from '@/desk/feature'

/** Warnings: those taken in, and those the town tells itself in chains of alert, update and cancel. */
export default {
  routes: [{ path: '/warnings', component: () => import('./WarningList.vue'), meta: { can: ['signal.read'], title: 'warning.title' } }],
  menu: [{ section: 'command', order: 14, to: '/warnings', label: 'warning.menu', can: ['signal.read'] }],
} satisfies Feature
