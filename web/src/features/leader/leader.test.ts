import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useSession } from '../../desk/session'
import BoardPage from '../board/BoardPage.vue'
import board from '../board/locales/zh-CN.json'
import shared from '../../shared/locales/zh-CN.json'
import LeaderPage from './LeaderPage.vue'
import leader from './locales/zh-CN.json'

const tally = { due: 0, met: 0, late: 0, partial: 0, unmet: 0, open: 0, ahead: 0, not_due: 0, waived: 0, not_applicable: 0, no_data: 0, total: 0, beside: 0, ratio: null as number | null }
const village = { village: { id: 'v1', name: '场镇' }, listed: 0, inspected: 0, open_hazards: 0, overdue: 0, closed_in_time: 0, closed: 0, tally, quarters: [null, null, null, null], on_duty: null }
const figure = (code: string, value: number | null, of: number | null) => ({ code, label: code, value, of, unit: '处', note: `${code} 0`, href: '', tone: 'good' })
const page = (part: object = {}) => ({ as_of: '2022-06-30', period_label: '', decisions: [], numbers: [figure('fulfilment', null, null), figure('inspected', 0, 0), figure('closed', 0, 0), figure('fires', 0, null)], villages: [village], weekly: [], ahead: [], ...part })

async function show(component: typeof LeaderPage | typeof BoardPage, path: string, answer: () => Response) {
  vi.stubGlobal('fetch', async () => answer())
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  await router.push(path)
  const shown = mount(component as typeof LeaderPage, { global: { plugins: [router, createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared, leader, board } } })], stubs: { WeeklyChart: true, ListFile: true } } })
  await flushPromises()
  return { shown, router }
}
const cells = (shown: { findAll: (at: string) => { text: () => string }[] }): string[] => shown.findAll('.vt tbody td').map((one) => one.text()).slice(2, 5)

describe('the page of the leader', () => {
  beforeEach(() => {
    setActivePinia(createPinia())
    useSession().me = { today: '2026-11-28', town_name: '示例镇', hats: [], actions: [] } as never
  })
  afterEach(() => vi.unstubAllGlobals())

  it('says of a day before the first record that there is no data, not zero', async () => {
    const { shown } = await show(LeaderPage, '/leader?at=2022-06-30', () => new Response(JSON.stringify(page())))
    expect(shown.findAll('.k b').map((one) => one.text())).toEqual(['无数据', '无数据', '无数据', '无数据'])
    expect(shown.find('.kp').text()).not.toContain('closed 0')
    expect(cells(shown)).toEqual(['无数据', '无数据', '无数据'])
    shown.unmount()
  })

  it('says of a town with a plan and no record what the board says: what is owed, and else no data', async () => {
    const owed = { ...village, tally: { ...tally, due: 8, unmet: 8, total: 8, ratio: 0 } }
    const numbers = [figure('fulfilment', 0, null), figure('inspected', 0, 0), figure('closed', 0, 0), figure('fires', 0, null)]
    const { shown } = await show(LeaderPage, '/leader', () => new Response(JSON.stringify(page({ numbers, villages: [owed], weekly: [{ from: '2026-11-23', inspections: 0, found: 0, closed: 0 }] }))))
    expect(shown.findAll('.k b').map((one) => one.text())).toEqual(['0%', '无数据', '无数据', '无数据'])
    expect(cells(shown)).toEqual(['无数据', '无数据', '无数据'])
    expect(shown.find('.ch').text()).toContain('还没有记录')
    shown.unmount()
  })

  it('says of a village without overdue hazards that it has none, what is closed in time, and where the list is', async () => {
    const { shown } = await show(LeaderPage, '/leader', () => new Response(JSON.stringify(page({ villages: [{ ...village, listed: 5, open_hazards: 4, closed: 9, closed_in_time: 7 }] }))))
    expect(cells(shown)).toEqual(['4', '0', '7/9'])
    expect(shown.find('.vt .means').text()).toContain('最初整改期限')
    expect(shown.find('.vt td a').attributes('href')).toBe('/hazards?state=closed&closed_from=2026-01-01&village=v1')
    shown.unmount()
  })

  it('lists the first of what falls due and, asked for the others, just as many more as it said', async () => {
    const ahead = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => ({ due_on: `2026-12-0${n}`, duty: null, n, who: [], href: `/hazards?due_on=2026-12-0${n}` }))
    const { shown } = await show(LeaderPage, '/leader', () => new Response(JSON.stringify(page({ ahead }))))
    expect(shown.findAll('.ah li')).toHaveLength(6)
    expect(shown.find('.ah li a').attributes('href')).toBe('/hazards?due_on=2026-12-01')
    expect(shown.find('.ah .more').text()).toBe('另有 2 行，全部列出')
    await shown.find('.ah .more button').trigger('click')
    expect(shown.findAll('.ah li')).toHaveLength(8)
    shown.unmount()
  })

  it('of an earlier day opens what can be seen as of that day, and nothing of today', async () => {
    const numbers = [figure('fulfilment', 90, null), figure('inspected', 3, 4), figure('closed', 1, 2), figure('fires', 1, null)].map((one, n) => ({ ...one, href: ['/board', '/places?list=village_listed', '/hazards?state=closed', '/incidents?fire=true'][n] }))
    const { shown } = await show(LeaderPage, '/leader?at=2026-06-30', () => new Response(JSON.stringify(page({ numbers }))))
    expect(shown.findAll('.kp a').map((one) => one.attributes('href'))).toEqual(['/board?at=2026-06-30', '/incidents?fire=true'])
    shown.unmount()
  })

  it.each([[LeaderPage, '/leader', page()], [BoardPage, '/board', { as_of: '2026-11-28', plan: { title: '', notice_no: '' }, villages: [], clauses: [], whole: {}, unmatched: [] }]] as const)(
    'a day to come is refused beside the input, and the numbers of another day are gone (%#)', async (component, path, first) => {
      let sent = 0
      const refusal = { code: 'validation', detail: '填写有误', fields: [{ field: 'at', code: 'board.future', message: '查询日期不能晚于今天，请改选日期' }] }
      const { shown, router } = await show(component, path, () => (sent++ ? new Response(JSON.stringify(refusal), { status: 422 }) : new Response(JSON.stringify(first))))
      expect(shown.find('input[type=date]').attributes('max')).toBe('2026-11-28')
      expect(shown.find('[role=alert]').exists()).toBe(false)
      await router.replace(`${path}?at=2027-06-30`)
      await flushPromises()
      expect(shown.findAll('[role=alert]').map((one) => one.text())).toEqual(['查询日期不能晚于今天，请改选日期'])
      expect(shown.find('.card').exists()).toBe(false)
      expect(shown.find('header').text()).not.toContain('2026-11-28')
      shown.unmount()
    })

  it('names each cell of a village by its column, for a phone on which the rows are cards', async () => {
    const { shown } = await show(LeaderPage, '/leader', () => new Response(JSON.stringify(page())))
    const table = shown.find('.vt table')
    expect(table.classes()).toContain('stack')
    expect(table.findAll('tbody td').map((one) => one.attributes('data-k'))).toEqual(table.findAll('thead th').slice(1).map((one) => one.text()))
    shown.unmount()
  })

  it('a share above a count of zero on the board says that it comes of what was done in part', async () => {
    const whole = { ...tally, due: 416, unmet: 415, partial: 1, total: 416, ratio: 0.001 }
    const row = { code: 'C1', label: '第一条', title: '责任', section: 'mechanisms', section_label: '', part: null, absent: false, note: null, who: [], duties_n: 1, measures: [], next_due: null, tally: whole, villages: [], trend: [] }
    const { shown } = await show(BoardPage, '/board', () => new Response(JSON.stringify({ as_of: '2026-11-28', from: '', to: '', plan: { title: '方案', notice_no: '' }, villages: [], clauses: [row], whole })))
    expect(shown.find('.sum').text()).toContain('另有部分落实 1 件，折算计入落实度')
    expect(shown.find('td.cr').text()).toContain('另有部分落实 1 件，折算计入落实度')
    shown.unmount()
  })

  it('of a town in which nothing that was due is done, the board leads to the day duties are counted from', async () => {
    useSession().me = { today: '2026-11-28', town_name: '示例镇', hats: [], actions: ['parameter.read'] } as never
    const whole = { ...tally, due: 177, unmet: 177, total: 177, ratio: 0 }
    const row = { code: 'C1', label: '第一条', title: '责任', section: 'mechanisms', section_label: '', part: null, absent: false, note: null, who: [], duties_n: 1, measures: [], next_due: null, tally: whole, villages: [], trend: [] }
    const answer = { as_of: '2026-11-28', from: '', to: '', plan: { title: '方案', notice_no: '' }, villages: [], clauses: [row] }
    const of = async (part: object, start_said = false) => (await show(BoardPage, '/board', () => new Response(JSON.stringify({ ...answer, start_said, whole: { ...whole, ...part } })))).shown
    const fresh = await of({})
    expect(fresh.find('.begins').text()).toContain('177 件都还没有落实')
    expect(fresh.find('.begins a').attributes('href')).toBe('/parameters?q=fulfilment.counted_from')
    fresh.unmount()
    const begun = await of({ met: 1, unmet: 176 })
    expect(begun.find('.begins').exists()).toBe(false)
    begun.unmount()
    const told = await of({}, true)
    expect(told.find('.begins').exists(), 'the day is said or proposed').toBe(false)
    told.unmount()
  })
})
