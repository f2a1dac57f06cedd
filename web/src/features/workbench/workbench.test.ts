import { flushPromises, mount } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import shared from '../../shared/locales/zh-CN.json'
import zh from './locales/zh-CN.json'
import WorkbenchPage from './WorkbenchPage.vue'

afterEach(() => vi.unstubAllGlobals())

it('a list that is cut off says of how many it shows the first, as its tile does', async () => {
  const task = (n: number) => ({ id: `t${n}`, kind: 'routine', kind_label: '日常检查', state: 'assigned', state_label: '已派发', overdue: true, days_over: n, due_on: '2026-11-01', place: { id: 'p', name: '门市', village: { id: 'v', name: '一村' } }, assignee: null, lead: { id: 'x', name: '罗办' } })
  const none = ['plans', 'escalated', 'hazards_due', 'extensions', 'reviews', 'to_confirm', 'to_grade', 'to_advise', 'rechecks', 'to_escalate', 'to_close', 'unaccepted', 'today', 'referred', 'returned']
  const view = { ...Object.fromEntries(none.map((one) => [one, []])), counts: [{ code: 'overdue_tasks', label: '逾期任务', n: 25, tone: 'late', href: '/tasks?overdue=true' }], overdue_tasks: Array.from({ length: 20 }, (_, n) => task(n)), today: [task(30)] }
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(view)))
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  const page = mount(WorkbenchPage, { global: { plugins: [createPinia(), router, createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared, workbench: zh } } })] } })
  await flushPromises()
  expect(page.find('.kp b').text()).toBe('25')
  expect(page.findAll('h2 small').map((one) => one.text())).toEqual(['前 20 项，共 25 项', '1'])
  page.unmount()
})
