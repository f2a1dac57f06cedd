import type { Feature } from '../../desk/feature'

/** Numbers and choices of the town. */
export default {
  routes: [{ path: '/parameters', component: () => import('./ParameterPage.vue'), meta: { title: 'parameter.title', can: ['parameter.read'] } }],
  menu: [{ section: 'board', order: 50, to: '/parameters', label: 'parameter.menu', can: ['parameter.read'] }],
} satisfies Feature
