import type { Feature } from '../../desk/feature'

/** One post: how it is staffed, who held it, what is open on it. */
export default {
  routes: [{ path: '/posts/:id', component: () => import('./PostPage.vue'), meta: { title: 'post.one', can: ['person.read'] } }],
} satisfies Feature
