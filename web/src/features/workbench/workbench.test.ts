import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useSession } from '../../desk/session'
import shared from '../../shared/locales/zh-CN.json'
import Status from '../../shared/ui/Status.vue'
import FirstSteps from './FirstSteps.vue'
import zh from './locales/zh-CN.json'
import WorkbenchPage from './WorkbenchPage.vue'

const router = () => createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
const words = () => createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared, workbench: zh } } })
afterEach(() => vi.unstubAllGlobals())

it('a list that is cut off says of how many it shows the first, as its tile does', async () => {
  const task = (n: number) => ({ id: `t${n}`, kind: 'routine', kind_label: '日常检查', state: 'assigned', state_label: '已派发', overdue: true, days_over: n, due_on: '2026-11-01', place: { id: 'p', name: '门市', village: { id: 'v', name: '一村' } }, assignee: null, lead: { id: 'x', name: '罗办' } })
  const none = ['plans', 'escalated', 'hazards_due', 'extensions', 'reviews', 'to_confirm', 'to_grade', 'to_advise', 'rechecks', 'to_escalate', 'to_close', 'unaccepted', 'today', 'referred', 'returned']
  const view = { ...Object.fromEntries(none.map((one) => [one, []])), counts: [{ code: 'overdue_tasks', label: '逾期任务', n: 25, tone: 'late', href: '/tasks?overdue=true' }], overdue_tasks: Array.from({ length: 20 }, (_, n) => task(n)), today: [task(30)] }
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify(view)))
  const page = mount(WorkbenchPage, { global: { plugins: [createPinia(), router(), words()] } })
  await flushPromises()
  expect(page.find('.kp b').text()).toBe('25')
  expect(page.findAll('h2 small').map((one) => one.text())).toEqual(['前 20 项，共 25 项', '1'])
  page.unmount()
})

it.each([[422, ['todo', 'todo', 'todo']], [200, ['done', 'todo', 'todo']]] as const)('a new town is led to its plan until one is in force (answer %s)', async (status, tones) => {
  const pinia = createPinia()
  setActivePinia(pinia)
  useSession().me = { hats: [], actions: ['parameter.propose', 'parameter.read', 'board.read', 'register.import'] } as never
  vi.stubGlobal('fetch', async (url: string) => (String(url).endsWith('/plan') ? new Response(JSON.stringify({ code: 'plan.none', detail: '还没有安装方案文件' }), { status }) : new Response(JSON.stringify({ items: [] }))))
  const steps = mount(FirstSteps, { global: { plugins: [pinia, router(), words()] } })
  await flushPromises()
  expect(steps.findAll('li b').map((one) => one.text())).toEqual(['安装方案', '定从哪天起计各项责任', '登记场所'])
  expect(steps.findAllComponents(Status).map((one) => one.props('tone'))).toEqual(tones)
  expect(steps.find('a.pri').attributes('href')).toBe(status === 200 ? '/parameters?q=fulfilment.counted_from' : '/parameters')
  steps.unmount()
})

const OFFICE = ['org.change', 'person.change', 'person.read', 'account.manage', 'parameter.propose', 'parameter.read', 'board.read', 'register.import', 'list.change', 'checklist.change', 'plan.draft', 'inspection.read']
const held = { assignments: [{ role: 'village_secretary' }] }
/** What a town answers in the order of its steps; each is as little as makes its step done. */
const STAGES: [string, Record<string, unknown>][] = [
  ['areas', { territories: [{ level: 'village' }], orgs: [{ kind: 'village' }] }],
  ['posts', { posts: [{}, {}, {}] }],
  ['people', { people: [held, held, held] }],
  ['accounts', { accounts: [{}, {}, {}] }],
  ['plan', { plan: [] }],
  ['counted', { board: [{}] }],
  ['lists', { 'place-lists': [{ count: 0 }] }],
  ['ledger', { places: [{}] }],
  ['listed', { 'place-lists': [{ count: 1 }] }],
  ['checklists', { checklists: [{ state: 'valid' }] }],
  ['plans', { 'inspection-plans': [{}] }],
  ['inspection', { inspections: [{}] }],
]
it.each(STAGES.map(([code], n) => [code, n] as const))('the office of an empty town is led on to %s', async (code, n) => {
  const pinia = createPinia()
  setActivePinia(pinia)
  useSession().me = { hats: [], actions: OFFICE } as never
  const kept: Record<string, unknown> = Object.assign({}, ...STAGES.slice(0, n).map(([, one]) => one))
  vi.stubGlobal('fetch', async (url: string) => {
    const room = new URL(String(url), 'http://town').pathname.split('/').slice(3).join('/')
    return room === 'plan' && !kept['plan'] ? new Response(JSON.stringify({ code: 'plan.none' }), { status: 422 }) : new Response(JSON.stringify({ items: kept[room] ?? [], start_said: 'board' in kept }))
  })
  const steps = mount(FirstSteps, { global: { plugins: [pinia, router(), words()] } })
  await flushPromises()
  expect(steps.findAllComponents(Status).map((one) => one.props('tone'))).toEqual(STAGES.map((_, i) => (i < n ? 'done' : 'todo')))
  expect(steps.find('li:has(a.pri) b').text()).toBe((zh.first as Record<string, string>)[code])
  steps.unmount()
})
