import { Network } from '@lucide/vue'
import type { Feature } from '../../desk/feature'

/** Organisations and territories of the town. */
export default {
  routes: [{ path: '/orgs', component: () => import('./OrgPage.vue'), meta: { title: 'org.title' } }],
  menu: [{ group: 'base', order: 160, to: '/orgs', label: 'org.menu', icon: Network, can: ['person.read', 'org.change'] }],
} satisfies Feature
