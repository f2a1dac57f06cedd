import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { UnitView } from './unit'

const VIEW: UnitView = {
  town_name: '示例镇', demo: false, place_name: '罗记农资门市', hazard_code: 'YH-2026-0001', description: '灭火器过期', level_label: '一般隐患', state: 'rectifying', state_label: '整改中', measure: null, measure_label: null, measure_text: null,
  deadline_on: '2026-12-05', days_left: 7, overdue: false, can_fix: true, can_ask_extension: false, extension_cap: null, extension_state: 'asked', before: [], fixes: [],
  progress: [{ label: '发现', at: '2026-11-20T09:00:00+08:00', done: true }, { label: '整改', at: null, done: false }, { label: '销案', at: null, done: false }],
  contact: { org: '镇消安办', name: '罗办', office_phone: '' },
} as unknown as UnitView

async function page(part: Partial<UnitView>): Promise<string> {
  vi.resetModules()
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ ...VIEW, ...part })))
  const { default: App } = await import('./App.vue')
  const shown = mount(App)
  await flushPromises()
  const text = shown.text()
  shown.unmount()
  return text
}

describe('the clock of the unit', () => {
  afterEach(() => vi.unstubAllGlobals())

  it('counts the days while there is something to put right', async () => {
    const text = await page({})
    expect(text).toContain('还剩')
    expect(text).toContain('等待答复')
  })

  it('stops once the fix is handed in or the hazard closed, and says since when; what was asked and never answered has lapsed', async () => {
    const done = (n: number) => VIEW.progress.map((step, i) => (i < n ? { ...step, done: true, at: step.at ?? '2026-11-28T10:30:00+08:00' } : step))
    const waiting = await page({ state: 'fix_submitted', state_label: '待复查', can_fix: false, days_left: null, progress: done(2) })
    expect(waiting).not.toContain('还剩')
    expect(waiting).toContain('整改：11-28 10:30')
    expect(waiting).not.toContain('等待答复')
    expect(waiting).toContain('已失效')
    const closed = await page({ state: 'closed', state_label: '已销案', can_fix: false, days_left: null, progress: done(3) })
    expect(closed).not.toContain('还剩')
    expect(closed).toContain('已销案销案：11-28 10:30')
  })
})
