import type { Feature } from '../../desk/feature'

/** The register of places. */
export default {
  routes: [
    { path: '/places', component: () => import('./PlaceList.vue'), meta: { title: 'place.title', can: ['place.read'] } },
    { path: '/places/new', component: () => import('./PlaceForm.vue'), meta: { title: 'place.newTitle', can: ['place.add'] } },
    { path: '/places/:id', component: () => import('./PlacePage.vue'), meta: { title: 'place.pageTitle', can: ['place.read'] } },
    { path: '/places/:id/edit', component: () => import('./PlaceForm.vue'), meta: { title: 'place.editTitle', can: ['place.change'] } },
    { path: '/coverage-errors', component: () => import('./CoverageErrors.vue'), meta: { title: 'place.coverageTitle', can: ['place.read'] } },
  ],
  menu: [
    { section: 'place', order: 10, to: '/places', label: 'place.menu', can: ['place.read'] },
    { section: 'place', order: 30, to: '/coverage-errors', label: 'place.coverageMenu', can: ['place.read'] },
  ],
} satisfies Feature
