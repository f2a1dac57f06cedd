import type { Feature } from '@/desk/feature'

export default {
  routes: [{ path: '/workbench', name: 'workbench', component: () => import('./WorkbenchPage.vue'), meta: { title: 'workbench.title' } }],
  menu: [{ section: 'workbench', order: 10, to: '/workbench', label: 'workbench.title' }],
} satisfies Feature
