import type { Feature } from '../../desk/feature'

/** Handovers of posts: the sheets, and what waits for a signature. Who gives or takes sees his own without a right. */
export default {
  routes: [
    { path: '/handovers', component: () => import('./HandoverList.vue'), meta: { title: 'handover.title' } },
    { path: '/handovers/:id', component: () => import('./HandoverPage.vue'), meta: { title: 'handover.one' } },
  ],
  menu: [{ section: 'force', order: 80, to: '/handovers', label: 'handover.menu', can: ['handover.read'], badge: 'handovers' }],
} satisfies Feature
