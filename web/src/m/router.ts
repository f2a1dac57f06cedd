import { createRouter, createWebHistory } from 'vue-router'
import { phone } from './phone'
import { withErrandWords } from './words'

/** A page that brings its own words: not everybody needs them, and they are not for the first screen. */
async function errand<T>(page: Promise<T>): Promise<T> {
  await withErrandWords()
  return page
}

export const router = createRouter({
  history: createWebHistory('/m/'),
  routes: [
    { path: '/', component: () => import('./Home.vue') },
    { path: '/login', component: () => import('./Login.vue'), meta: { open: true } },
    { path: '/hazards', component: () => import('./Hazards.vue') },
    { path: '/outbox', component: () => import('./Outbox.vue') },
    { path: '/mine', component: () => import('./Mine.vue') },
    { path: '/scan', component: () => import('./Scan.vue') },
    { path: '/place/:id', component: () => import('./Visit.vue') },
    { path: '/check/:id', component: () => import('./Check.vue') },
    { path: '/check/:id/finish', component: () => import('./Finish.vue') },
    { path: '/report', component: () => import('./Report.vue') },
    { path: '/recheck/:id', component: () => import('./Recheck.vue') },
    { path: '/orders', component: () => errand(import('./errand/Orders.vue')) },
    { path: '/call', component: () => errand(import('./errand/Call.vue')) },
    { path: '/errands', component: () => errand(import('./errand/Errands.vue')) },
    { path: '/placard/:id', component: () => errand(import('./errand/Hang.vue')) },
    { path: '/follow-up/:id', component: () => errand(import('./errand/FollowUp.vue')) },
    { path: '/evidence', component: () => errand(import('./errand/Evidence.vue')) },
    { path: '/training/:id?', component: () => errand(import('./errand/Training.vue')) },
    { path: '/:rest(.*)', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

/** Nobody known: sign in first. A session that ended is no reason to leave the work. */
router.beforeEach((to) => (phone.me || to.meta['open'] ? true : { path: '/login', query: to.path === '/' ? {} : { to: to.fullPath } }))
