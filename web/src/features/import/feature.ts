import type { Feature } from '../../desk/feature'

/** Taking in spreadsheets: looked at, corrected, tried out, then taken in whole or not at all. */
export default {
  routes: [{ path: '/imports', component: () => import('./ImportWizard.vue'), meta: { title: 'import.title', can: ['register.import', 'report_case.take'] } }],
  menu: [{ section: 'place', order: 80, to: '/imports', label: 'import.menu', can: ['register.import'] }],
} satisfies Feature
