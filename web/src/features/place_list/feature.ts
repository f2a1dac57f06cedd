import type { Feature } from '../../desk/feature'

/** Lists of places: the living lists beside what the documents counted. */
export default {
  routes: [
    { path: '/place-lists', component: () => import('./PlaceLists.vue'), meta: { title: 'place_list.title', can: ['place.read'] } },
    { path: '/place-lists/:id', component: () => import('./PlaceListEntries.vue'), meta: { title: 'place_list.entriesTitle', can: ['place.read'] } },
  ],
  menu: [{ section: 'place', order: 20, to: '/place-lists', label: 'place_list.menu', can: ['place.read'] }],
} satisfies Feature
