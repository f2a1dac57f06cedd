import type { Feature } from '@/desk/feature'

/** Meetings of the committee, the office and the villages, with what they resolved. */
export default {
  routes: [
    { path: '/meetings', component: () => import('./MeetingList.vue'), meta: { can: ['meeting.read'], title: 'meeting.title' } },
    { path: '/meetings/:id', component: () => import('./MeetingPage.vue'), meta: { can: ['meeting.read'], title: 'meeting.one' } },
  ],
  menu: [{ section: 'review', order: 10, to: '/meetings', label: 'meeting.menu', can: ['meeting.read'] }],
} satisfies Feature
