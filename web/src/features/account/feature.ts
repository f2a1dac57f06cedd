import type { Feature } from '../../desk/feature'

/** Accounts: who can sign in. */
export default {
  routes: [{ path: '/accounts', component: () => import('./AccountPage.vue'), meta: { title: 'account.title', can: ['account.manage'] } }],
  menu: [{ section: 'force', order: 110, to: '/accounts', label: 'account.menu', can: ['account.manage'] }],
} satisfies Feature
