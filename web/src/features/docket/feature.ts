import type { Feature } from '@/desk/feature'

/** Transfers to the district fire rescue organ and listings for supervision: clocks, receipts, deadlines, lifting. */
export default {
  routes: [{ path: '/docket', component: () => import('./DocketPage.vue'), meta: { can: ['hazard.read'], title: 'docket.title' } }],
  menu: [{ section: 'hazard', order: 25, to: '/docket', label: 'docket.title', can: ['hazard.escalate', 'hazard.transfer', 'hazard.lift'], badge: 'docket_transfers' }],
} satisfies Feature
