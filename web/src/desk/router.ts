import { createRouter, createWebHistory, type RouteLocation, type RouteRecordRaw, type Router } from 'vue-router'
import { translate } from '../shared/i18n'
import Forbidden from '../shared/ui/Forbidden.vue'
import type { Feature, MenuItem } from './feature'
import { useSession } from './session'

const found = import.meta.glob<Feature>('../features/*/feature.ts', { eager: true, import: 'default' })
const features = Object.values(found)

/** Every page of the menu in order; `sections.ts` says where each stands. */
export const menu: MenuItem[] = features.flatMap((f) => f.menu ?? []).sort((a, b) => a.order - b.order)

const LEADERS = new Set(['committee_director', 'committee_deputy', 'party_secretary', 'leader_in_charge', 'leader_other'])

const routes: RouteRecordRaw[] = [
  {
    path: '/',
    name: 'home',
    redirect: () => {
      const session = useSession()
      if (session.me?.hats?.some((hat) => LEADERS.has(hat.role)) && features.some((f) => f.routes.some((r) => r.path === '/leader'))) return '/leader'
      return features.some((f) => f.routes.some((r) => r.path === '/workbench')) ? '/workbench' : '/places'
    },
  },
  ...features.flatMap((f) => f.routes),
  { path: '/forbidden', name: 'forbidden', component: Forbidden, meta: { title: 'shared.forbiddenTitle' } },
  { path: '/:rest(.*)*', name: 'missing', component: () => import('../shared/ui/NotFound.vue'), meta: { title: 'shared.notFoundTitle' } },
]

/** Where somebody was going before the login; only within the desk's own pages. */
export function wantedPage(to: RouteLocation): string {
  const next = to.query['next']
  return typeof next === 'string' && /^\/(?![\\/])/.test(next) ? next : '/'
}

export function makeRouter(): Router {
  const router = createRouter({
    history: createWebHistory(),
    routes,
    scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  })
  router.beforeEach(async (to) => {
    const session = useSession()
    await session.ensure().catch(() => undefined)
    if (to.name === 'login') return session.me && !session.me.must_change_password ? wantedPage(to) : true
    if (!session.me) return { name: 'login', query: to.fullPath === '/' ? {} : { next: to.fullPath } }
    if (session.me.must_change_password && to.name !== 'password') return { name: 'password' }
    if (session.me.must_enrol && to.name !== 'password' && to.name !== 'account') return { name: 'account' }
    return true
  })
  router.afterEach((to) => {
    const title = to.meta.title ? translate(to.meta.title) : ''
    document.title = [title, translate('shell.product')].filter(Boolean).join(' · ')
  })
  // After an upgrade the files of the old page are gone: load the new one at once.
  router.onError((error, to) => {
    if (/dynamically imported module|Failed to fetch|Importing a module/i.test(String(error))) location.assign(to.fullPath)
  })
  return router
}
