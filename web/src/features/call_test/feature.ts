import type { Feature } from '@/desk/feature'

/** Call tests: stations called, who answered how fast, which are due. */
export default {
  routes: [
    { path: '/call-tests', component: () => import('./CallTestList.vue'), meta: { title: 'call_test.title' } },
    { path: '/call-tests/:id', component: () => import('./CallTestPage.vue'), meta: { can: ['call_test.read'], title: 'call_test.one' } },
  ],
  menu: [{ section: 'command', order: 50, to: '/call-tests', label: 'call_test.menu', can: ['call_test.read'], badge: 'calls_due' }],
} satisfies Feature
