import type { Feature } from '../../desk/feature'

/** Signing in, one's own password, second factor and devices. */
export default {
  routes: [
    { path: '/login', name: 'login', component: () => import('./Login.vue'), meta: { bare: true, title: 'session.title' } },
    { path: '/password', name: 'password', component: () => import('./Password.vue'), meta: { bare: true, title: 'session.passwordTitle' } },
    { path: '/account', name: 'account', component: () => import('./Account.vue'), meta: { title: 'session.accountTitle' } },
  ],
} satisfies Feature
