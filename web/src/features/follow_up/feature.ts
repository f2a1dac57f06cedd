import type { Feature } from '@/desk/feature'

/** What meetings and reports asked of posts, by when, done and verified. */
export default {
  routes: [{ path: '/follow-ups', component: () => import('./FollowUpList.vue'), meta: { can: ['follow_up.read'], title: 'follow_up.title' } }],
  menu: [{ section: 'workbench', order: 20, to: '/follow-ups', label: 'follow_up.menu', can: ['follow_up.read'] }],
} satisfies Feature
