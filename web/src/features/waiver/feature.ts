import type { Feature } from '../../desk/feature'

/** Duties excused for a time, always with a reason. */
export default {
  routes: [{ path: '/waivers', component: () => import('./WaiverPage.vue'), meta: { title: 'waiver.title', can: ['board.read'] } }],
  menu: [{ section: 'board', order: 40, to: '/waivers', label: 'waiver.menu', can: ['board.read'] }],
} satisfies Feature
