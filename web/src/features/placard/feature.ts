import type { Feature } from '@/desk/feature'

/** Placards: printed with today's holders, hung up with a photo, wrong the day a holder changes. */
export default {
  routes: [
    { path: '/placards', component: () => import('./PlacardList.vue'), meta: { can: ['placard.read'], title: 'placard.title' } },
    { path: '/placards/:id', component: () => import('./PlacardPage.vue'), meta: { can: ['placard.read'], title: 'placard.one' } },
  ],
  menu: [{ section: 'force', order: 60, to: '/placards', label: 'placard.menu', can: ['placard.read'], badge: 'placards' }],
} satisfies Feature
