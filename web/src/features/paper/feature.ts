import type { Feature } from '@/desk/feature'

/** Papers from draft to receipt, those that came, and their numbers. */
export default {
  routes: [
    { path: '/papers', component: () => import('./PaperList.vue'), meta: { can: ['paper.read'], title: 'paper.title' } },
    { path: '/papers/received', component: () => import('./ReceivedList.vue'), meta: { can: ['paper.receive'], title: 'paper.received' } },
    { path: '/papers/numbers', component: () => import('./NumbersPage.vue'), meta: { can: ['paper.read'], title: 'paper.numbers' } },
    { path: '/papers/from-records', component: () => import('./OriginList.vue'), meta: { can: ['paper.draft'], title: 'paper.fromRecord' } },
    { path: '/papers/templates', component: () => import('./TemplateList.vue'), meta: { can: ['paper.read'], title: 'paper.tpl.title' } },
    { path: '/papers/templates/new', component: () => import('./TemplateForm.vue'), meta: { can: ['parameter.propose'], title: 'paper.tpl.draft' } },
    { path: '/papers/templates/:id/edit', component: () => import('./TemplateForm.vue'), meta: { can: ['parameter.propose'], title: 'paper.tpl.change' } },
    { path: '/papers/new', component: () => import('./PaperForm.vue'), meta: { can: ['paper.draft', 'hazard.order'], title: 'paper.draft' } },
    { path: '/papers/:id', component: () => import('./PaperPage.vue'), meta: { can: ['paper.read', 'paper.receive', 'enforcement.review'], title: 'paper.one' } },
    { path: '/papers/:id/edit', component: () => import('./PaperForm.vue'), meta: { can: ['paper.draft', 'hazard.order'], title: 'paper.change' } },
  ],
  menu: [{ section: 'paper', order: 10, to: '/papers', label: 'paper.title', can: ['paper.read', 'paper.receive'], badge: 'papers_received' }],
} satisfies Feature
