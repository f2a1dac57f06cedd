import { createRouter, createWebHistory } from 'vue-router'
import Home from './Home.vue'
import { phone } from './phone'
import { withLaterWords } from './words'

/** A page whose words are not for the first screen: they come along with it. */
async function later<T>(page: Promise<T>): Promise<T> {
  await withLaterWords()
  return page
}

export const router = createRouter({
  history: createWebHistory('/m/'),
  routes: [
    // What nearly everybody opens first comes in the same piece: one fetch less, and 1.5 KB less than many small ones.
    { path: '/', component: Home },
    { path: '/login', component: () => import('./Login.vue'), meta: { open: true } },
    { path: '/hazards', component: () => later(import('./Hazards.vue')) },
    { path: '/outbox', component: () => later(import('./Outbox.vue')) },
    { path: '/mine', component: () => later(import('./Mine.vue')) },
    { path: '/scan', component: () => later(import('./Scan.vue')) },
    { path: '/place/:id', component: () => later(import('./Visit.vue')) },
    { path: '/check/:id', component: () => later(import('./Check.vue')) },
    { path: '/check/:id/finish', component: () => later(import('./Finish.vue')) },
    { path: '/report', component: () => later(import('./Report.vue')) },
    { path: '/look/:id', component: () => later(import('./errand/Look.vue')) },
    { path: '/told', component: () => later(import('./errand/Told.vue')) },
    { path: '/reported', component: () => later(import('./errand/Reported.vue')) },
    { path: '/recheck/:id', component: () => later(import('./Recheck.vue')) },
    { path: '/orders', component: () => later(import('./errand/Orders.vue')) },
    { path: '/call', component: () => later(import('./errand/Call.vue')) },
    { path: '/errands', component: () => later(import('./errand/Errands.vue')) },
    { path: '/placard/:id', component: () => later(import('./errand/Hang.vue')) },
    { path: '/follow-up/:id', component: () => later(import('./errand/FollowUp.vue')) },
    { path: '/paper/:id', component: () => later(import('./errand/Circular.vue')) },
    { path: '/whistle/:id', component: () => later(import('./errand/Whistle.vue')) },
    { path: '/blow', component: () => later(import('./errand/Blow.vue')) },
    { path: '/licence/:id', component: () => later(import('./errand/Licence.vue')) },
    { path: '/facility/:id', component: () => later(import('./errand/Facility.vue')) },
    { path: '/stop-use/:id', component: () => later(import('./errand/Patrol.vue')) },
    { path: '/visit-sign/:id', component: () => later(import('./errand/Sign.vue')) },
    { path: '/house/:id', component: () => later(import('./errand/Count.vue')) },
    { path: '/spot/:id', component: () => later(import('./errand/Spot.vue')) },
    { path: '/evidence', component: () => later(import('./errand/Evidence.vue')) },
    { path: '/away', component: () => later(import('./errand/Away.vue')) },
    { path: '/handovers', component: () => later(import('./errand/Handover.vue')) },
    { path: '/training/:id?', component: () => later(import('./errand/Training.vue')) },
    { path: '/:rest(.*)', redirect: '/' },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
})

/** Nobody known: sign in first. A session that ended is no reason to leave the work. */
router.beforeEach((to) => (phone.me || to.meta['open'] ? true : { path: '/login', query: to.path === '/' ? {} : { to: to.fullPath } }))
