import type { Feature } from '../../desk/feature'

/** Ledgers that name many people: asked for, agreed to by somebody else, taken out once. */
export default {
  routes: [{ path: '/exports', component: () => import('./ExportList.vue'), meta: { title: 'export.title', can: ['register.export', 'export.approve'] } }],
  menu: [{ section: 'place', order: 90, to: '/exports', label: 'export.title', can: ['register.export', 'export.approve'] }],
} satisfies Feature
