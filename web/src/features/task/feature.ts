import type { Feature } from '@/desk/feature'

export default {
  routes: [
    { path: '/tasks', name: 'tasks', component: () => import('./TaskList.vue'), meta: { can: ['task.read'], title: 'task.title' } },
    { path: '/tasks/:id', name: 'task', component: () => import('./TaskPage.vue'), meta: { can: ['task.read'], title: 'task.one' } },
  ],
  menu: [{ section: 'inspection', order: 10, to: '/tasks', label: 'task.title', can: ['task.read'], badge: 'tasks' }],
} satisfies Feature
