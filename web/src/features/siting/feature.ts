import type { Feature } from '@/desk/feature'

/** Where stations, water points and the like belong, argued with numbers. */
export default {
  routes: [
    { path: '/siting', component: () => import('./SitingList.vue'), meta: { can: ['siting.read'], title: 'siting.title' } },
    { path: '/siting/new', component: () => import('./SitingForm.vue'), meta: { can: ['siting.change'], title: 'siting.add' } },
    { path: '/siting/:id', component: () => import('./SitingPage.vue'), meta: { can: ['siting.read'], title: 'siting.one' } },
  ],
  menu: [{ section: 'facility', order: 50, to: '/siting', label: 'siting.menu', can: ['siting.read'] }],
} satisfies Feature
