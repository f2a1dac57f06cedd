import type { Feature } from '../../desk/feature'

/** Evidence for any duty: recorded, decided by somebody else, kept with every edition. */
export default {
  routes: [
    { path: '/evidence', name: 'evidence', component: () => import('./EvidenceList.vue'), meta: { can: ['evidence.read'], title: 'evidence.title' } },
    { path: '/evidence/new', name: 'evidence-new', component: () => import('./EvidenceForm.vue'), meta: { can: ['evidence.record'], title: 'evidence.record' } },
    { path: '/evidence/:id', name: 'evidence-one', component: () => import('./EvidencePage.vue'), meta: { can: ['evidence.read'], title: 'evidence.one' } },
    { path: '/evidence/:id/edit', name: 'evidence-edit', component: () => import('./EvidenceForm.vue'), meta: { can: ['evidence.record'], title: 'evidence.edit' } },
  ],
  menu: [{ section: 'board', order: 30, to: '/evidence', label: 'evidence.title', can: ['evidence.read'], badge: 'evidence' }],
} satisfies Feature
