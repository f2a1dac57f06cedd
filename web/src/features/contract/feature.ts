import type { Feature } from '@/desk/feature'

/** Services the town buys: what each owes, handed in by one and accepted by another. */
export default {
  routes: [
    { path: '/contracts', component: () => import('./ContractList.vue'), meta: { can: ['contract.read'], title: 'contract.title' } },
    { path: '/contracts/:id', component: () => import('./ContractPage.vue'), meta: { can: ['contract.read'], title: 'contract.one' } },
  ],
  menu: [{ section: 'force', order: 100, to: '/contracts', label: 'contract.menu', can: ['contract.read'], badge: 'deliverables' }],
} satisfies Feature
