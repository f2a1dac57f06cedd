import type { Feature } from '@/desk/feature'

/** Incidents: the duty screen, calls taken, people sent, what was learned. */
export default {
  routes: [
    { path: '/duty', component: () => import('./DutyPage.vue'), meta: { can: ['incident.read'], title: 'incident.duty', watched: true } },
    { path: '/duty/watch', component: () => import('./WatchPage.vue'), meta: { can: ['incident.command'], title: 'incident.watches' } },
    { path: '/duty/mine', component: () => import('./MyOrders.vue'), meta: { title: 'incident.mine' } },
    { path: '/incidents', component: () => import('./IncidentList.vue'), meta: { can: ['incident.read'], title: 'incident.title' } },
    { path: '/incidents/statistics', component: () => import('./IncidentFigures.vue'), meta: { can: ['incident.read'], title: 'incident.figures' } },
    { path: '/incidents/masks', component: () => import('./MaskList.vue'), meta: { can: ['incident.mask'], title: 'incident.masks' } },
    { path: '/command/:id', component: () => import('./CommandPage.vue'), meta: { bare: true, can: ['incident.read'], title: 'incident.command' } },
    { path: '/incidents/:id', component: () => import('./IncidentPage.vue'), meta: { can: ['incident.read'], title: 'incident.one' } },
  ],
  menu: [
    { section: 'command', order: 5, to: '/duty', label: 'incident.duty', can: ['incident.read'], badge: 'alarms' },
    { section: 'command', order: 7, to: '/incidents', label: 'incident.menu', can: ['incident.read'] },
  ],
} satisfies Feature
