import { Gauge } from '@lucide/vue'
import type { Feature } from '@/desk/feature'

export default {
  routes: [{ path: '/leader', name: 'leader', component: () => import('./LeaderPage.vue'), meta: { can: ['board.read'], title: 'leader.menu' } }],
  menu: [{ group: 'home', order: 10, to: '/leader', label: 'leader.menu', icon: Gauge, can: ['board.read'] }],
} satisfies Feature
