import type { Feature } from '../../desk/feature'

/** Training, certificates and the gate of clause 11. */
export default {
  routes: [
    { path: '/trainings', component: () => import('./TrainingCentre.vue'), meta: { title: 'training.title', can: ['training.read'] } },
    { path: '/trainings/:id', component: () => import('./TrainingPage.vue'), meta: { title: 'training.one', can: ['training.read'] } },
    { path: '/courses/:id', component: () => import('./CoursePage.vue'), meta: { title: 'training.bank', can: ['training.change'] } },
    { path: '/officers', component: () => import('./OfficerRoll.vue'), meta: { title: 'training.roll', can: ['person.read'] } },
    { path: '/certificates', component: () => import('./CertificateList.vue'), meta: { title: 'training.certificates', can: ['person.read'] } },
  ],
  menu: [
    { section: 'force', order: 90, to: '/trainings', label: 'training.menu', can: ['training.read'] },
  ],
} satisfies Feature
