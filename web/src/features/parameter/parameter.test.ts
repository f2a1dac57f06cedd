import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import { defineComponent, h } from 'vue'
import { createI18n } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import shared from '../../shared/locales/zh-CN.json'
import Effect from './Effect.vue'
import en from './locales/en.json'
import parameter from './locales/zh-CN.json'
import { usePeriods } from './periods'

const words = (locale: string, messages: object) => createI18n({ legacy: false, locale, messages: { [locale]: messages } as never })
function said(locale: string, messages: object, asked: [string | number | boolean, string?][]): string[] {
  let out: string[] = []
  const Room = defineComponent(() => {
    const { valueWord } = usePeriods()
    out = asked.map(([value, unit]) => valueWord(value, unit))
    return () => h('i')
  })
  mount(Room, { global: { plugins: [words(locale, messages)] } }).unmount()
  return out
}

describe('a value of a setting', () => {
  it('that is yes or no is said so, whatever it is kept as', () => {
    expect(said('zh-CN', { parameter, shared }, [[1, '是否'], [0, '是否'], [true], [5, '日'], ['month', '周期'], ['']])).toEqual(['是', '否', '是', '5 日', '每月', '—'])
  })
  it('has its unit in English as well', () => {
    expect(said('en', { parameter: en, shared }, [[5, '公里'], [30, '公里/小时'], [3, '元']])).toEqual(['5 km', '30 km/h', '3 yuan'])
  })
})

it('a preview shows the whole board before and after, as numerator, denominator and share', async () => {
  const tally = { due: 0, met: 0, late: 0, partial: 0, unmet: 0, open: 0, ahead: 0, not_due: 0, waived: 0, not_applicable: 0, no_data: 0, total: 0, beside: 0, ratio: null as number | null }
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  const changes = [{ duty: 'C9.2', title: '台账核对', before: { ...tally, due: 4, met: 4, ratio: 1 }, after: { ...tally, due: 12, met: 4, late: 1, ratio: 0.4 } }]
  const whole = { before: { ...tally, due: 40, met: 30, ratio: 0.75 }, after: { ...tally, due: 48, met: 30, late: 1, ratio: 0.6333 } }
  const shown = mount(Effect, { props: { changes, whole, houses: [] }, global: { plugins: [router, words('zh-CN', { parameter, shared })] } })
  expect(shown.findAll('tbody tr').map((row) => row.text().replace(/\s+/g, ' '))).toEqual(['全部任务30/40 75.0%31/48 63.3%', '台账核对4/4 100%5/12 40.0%'])
  await shown.setProps({ whole: { before: whole.before, after: { ...tally, due: 416, unmet: 415, partial: 1, ratio: 0.001 } } })
  expect(shown.find('tbody tr').text()).toContain('0/416 0.1% 另有部分落实 1 件，折算计入落实度')
  shown.unmount()
})

it('a preview without any change says up to which day it looked', () => {
  const shown = mount(Effect, { props: { changes: [], whole: null, houses: [] }, global: { plugins: [words('zh-CN', { parameter, shared })] } })
  expect(shown.text()).toContain('截至今天')
  expect(shown.text()).toContain('从生效日期起按新值计算')
  shown.unmount()
})
