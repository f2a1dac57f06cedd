import type { Feature } from '../../desk/feature'

/** Organisations and territories of the town. */
export default {
  routes: [
    { path: '/orgs', component: () => import('./OrgPage.vue'), meta: { title: 'org.title' } },
    { path: '/org-chart', component: () => import('./OrgChart.vue'), meta: { title: 'org.chart', can: ['person.read'] } },
  ],
  menu: [
    { section: 'force', order: 10, to: '/org-chart', label: 'org.chartMenu', can: ['person.read'] },
    { section: 'force', order: 50, to: '/orgs', label: 'org.menu', can: ['person.read', 'org.change'] },
  ],
} satisfies Feature
