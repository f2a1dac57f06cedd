import type { Feature } from '@/desk/feature'

/** Places of high risk on the territory's list and the sector's, and the joint visits they are due. */
export default {
  routes: [{ path: '/joint-control', component: () => import('./JointControlPage.vue'), meta: { can: ['task.read'], title: 'joint_control.title' } }],
  menu: [{ section: 'inspection', order: 70, to: '/joint-control', label: 'joint_control.title', can: ['task.assign'] }],
} satisfies Feature
