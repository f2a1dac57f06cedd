import type { Feature } from '@/desk/feature'

/** Campaigns over every place of a class, from the list to whoever is unfinished at the end. */
export default {
  routes: [
    { path: '/campaigns', component: () => import('./CampaignList.vue'), meta: { can: ['campaign.read'], title: 'campaign.title' } },
    { path: '/campaigns/:id', component: () => import('./CampaignPage.vue'), meta: { can: ['campaign.read'], title: 'campaign.one' } },
  ],
  menu: [{ section: 'hazard', order: 40, to: '/campaigns', label: 'campaign.title', can: ['campaign.read'], badge: 'campaigns_late' }],
} satisfies Feature
