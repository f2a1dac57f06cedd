import { Network, Workflow } from '@lucide/vue'
import type { Feature } from '../../desk/feature'

/** Organisations and territories of the town. */
export default {
  routes: [
    { path: '/orgs', component: () => import('./OrgPage.vue'), meta: { title: 'org.title' } },
    { path: '/org-chart', component: () => import('./OrgChart.vue'), meta: { title: 'org.chart', can: ['person.read'] } },
  ],
  menu: [
    { group: 'base', order: 135, to: '/org-chart', label: 'org.chartMenu', icon: Workflow, can: ['person.read'] },
    { group: 'base', order: 160, to: '/orgs', label: 'org.menu', icon: Network, can: ['person.read', 'org.change'] },
  ],
} satisfies Feature
