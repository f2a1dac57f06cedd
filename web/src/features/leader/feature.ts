import type { Feature } from '@/desk/feature'

export default {
  routes: [{ path: '/leader', name: 'leader', component: () => import('./LeaderPage.vue'), meta: { can: ['board.read'], title: 'leader.menu' } }],
  menu: [{ section: 'board', order: 20, to: '/leader', label: 'leader.menu', can: ['board.read'] }],
} satisfies Feature
