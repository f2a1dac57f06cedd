import type { Feature } from '../../desk/feature'

/** Letters of responsibility: who signed, who did not, who must sign again; and a post's year in review. */
export default {
  routes: [
    { path: '/letters', name: 'letters', component: () => import('./LetterList.vue'), meta: { can: ['letter.read'], title: 'letter.title' } },
    { path: '/letters/statement/:post', name: 'statement', component: () => import('./StatementPage.vue'), meta: { can: ['letter.read'], title: 'letter.statement' } },
    { path: '/letters/:id', name: 'letter', component: () => import('./LetterPage.vue'), meta: { can: ['letter.read'], title: 'letter.one' } },
  ],
  menu: [{ section: 'force', order: 70, to: '/letters', label: 'letter.title', can: ['letter.read'] }],
} satisfies Feature
