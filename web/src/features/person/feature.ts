import type { Feature } from '../../desk/feature'

/** People, their posts and who is missing where. */
export default {
  routes: [
    { path: '/people', component: () => import('./PersonList.vue'), meta: { title: 'person.title', can: ['person.read'] } },
    { path: '/people/:id', component: () => import('./PersonPage.vue'), meta: { title: 'person.one', can: ['person.read'] } },
    { path: '/posts', component: () => import('./PostStaffing.vue'), meta: { title: 'person.postsTitle', can: ['person.read'] } },
  ],
  menu: [
    { section: 'force', order: 30, to: '/people', label: 'person.menu', can: ['person.read'] },
    { section: 'force', order: 40, to: '/posts', label: 'person.postsMenu', can: ['person.read'] },
  ],
} satisfies Feature
