import type { Feature } from '../../desk/feature'

/** Platforms that are told of events. */
export default {
  routes: [{ path: '/subscribers', component: () => import('./SubscriberList.vue'), meta: { title: 'subscriber.title', can: ['account.manage'] } }],
  menu: [{ section: 'force', order: 115, to: '/subscribers', label: 'subscriber.menu', can: ['account.manage'] }],
} satisfies Feature
