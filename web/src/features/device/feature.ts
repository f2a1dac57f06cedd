import type { Feature } from '@/desk/feature'

/** Connected devices: what hangs where, whether it is heard from, and whose business a silent one is. */
export default {
  routes: [
    { path: '/devices', component: () => import('./DeviceList.vue'), meta: { can: ['device.read'], title: 'device.title' } },
    { path: '/devices/summary', component: () => import('./DeviceSummary.vue'), meta: { can: ['device.read'], title: 'device.summaryTitle' } },
    { path: '/devices/:id', component: () => import('./DevicePage.vue'), meta: { can: ['device.read'], title: 'device.one' } },
  ],
  menu: [{ section: 'facility', order: 30, to: '/devices', label: 'device.menu', can: ['device.read'] }],
} satisfies Feature
