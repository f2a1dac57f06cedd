import type { Feature } from '@/desk/feature'

export default {
  routes: [
    { path: '/board', name: 'board', component: () => import('./BoardPage.vue'), meta: { can: ['board.read'], title: 'board.title' } },
    // Links of the leader's page and of the search name a clause; the board opens it beside the whole.
    { path: '/board/clauses/:code', redirect: (to) => ({ path: '/board', query: { ...to.query, clause: String(to.params['code']) } }) },
    { path: '/board/duties/:id', component: () => import('./DutyLink.vue'), meta: { can: ['board.read'], title: 'board.dutyTitle' } },
  ],
  menu: [{ section: 'board', order: 10, to: '/board', label: 'board.menu', can: ['board.read'] }],
} satisfies Feature
