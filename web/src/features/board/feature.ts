import { LayoutList } from '@lucide/vue'
import type { Feature } from '@/desk/feature'

export default {
  routes: [{ path: '/board', name: 'board', component: () => import('./BoardPage.vue'), meta: { can: ['board.read'], title: 'board.title' } }],
  menu: [{ group: 'home', order: 20, to: '/board', label: 'board.menu', icon: LayoutList, can: ['board.read'] }],
} satisfies Feature
