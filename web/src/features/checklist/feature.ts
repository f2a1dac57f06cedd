import type { Feature } from '../../desk/feature'

/** Checklists: editions, items, publishing, Excel out and in. */
export default {
  routes: [
    { path: '/checklists', component: () => import('./ChecklistList.vue'), meta: { title: 'checklist.title', can: ['checklist.read'] } },
    { path: '/checklists/:id', component: () => import('./ChecklistPage.vue'), meta: { title: 'checklist.pageTitle', can: ['checklist.read'] } },
  ],
  menu: [{ section: 'inspection', order: 40, to: '/checklists', label: 'checklist.menu', can: ['checklist.read'] }],
} satisfies Feature
