import type { Feature } from '@/desk/feature'

/** Messages that must reach people: what was sent over which channel, and how one wants to be reached oneself. */
export default {
  routes: [
    { path: '/messages', component: () => import('./MessageList.vue'), meta: { can: ['message.read'], title: 'message.title' } },
    { path: '/messages/reach', component: () => import('./ReachPage.vue'), meta: { title: 'message.reach' } },
  ],
  menu: [
    { section: 'command', order: 9, to: '/messages', label: 'message.menu', can: ['message.read'] },
    { section: 'workbench', order: 90, to: '/messages/reach', label: 'message.reach' },
  ],
} satisfies Feature
