import { mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { nextTick } from 'vue'
import zh from '../locales/zh-CN.json'
import ConfirmWithReason from './ConfirmWithReason.vue'
import LoadState from './LoadState.vue'
import Status from './Status.vue'
import Timeline from './Timeline.vue'
import { sayWithUndo, toasts } from './toast'
import { ApiProblem } from '../api/client'

const plugins = [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared: zh } } })]
afterEach(() => {
  vi.useRealTimers()
  document.body.innerHTML = ''
})

describe('Status', () => {
  it('is never colour only', () => {
    const alone = mount(Status, { props: { tone: 'late' }, global: { plugins } })
    expect(alone.find('svg').attributes('aria-label')).toBe('逾期')
    expect(alone.find('path').exists()).toBe(true)
    const worded = mount(Status, { props: { tone: 'late', label: '逾期 8 天' }, global: { plugins } })
    expect(worded.text()).toBe('逾期 8 天')
    expect(worded.find('svg').attributes('aria-hidden')).toBe('true')
  })
})

describe('Timeline', () => {
  const shown = (recordedAt: string, late = false) =>
    mount(Timeline, { props: { rows: [{ key: 1, title: '发现', at: '2026-11-20T10:12:00+08:00', recordedAt, late }] }, global: { plugins } }).text()
  it('says both moments of what was recorded later, by their names, and one of what was recorded at once', () => {
    expect(shown('2026-11-20T10:13:00+08:00')).not.toContain('录入')
    const sameDay = shown('2026-11-20T18:40:00+08:00')
    expect(sameDay).toMatch(/发生\s*\S*11-20 10:12/)
    expect(sameDay).toMatch(/录入 \S*11-20 18:40/)
    expect(sameDay).not.toContain('补录')
    expect(shown('2026-11-22T09:00:00+08:00', true)).toContain('补录 · 录入')
  })
})

describe('LoadState', () => {
  it('shows nothing for 300 ms, then rows, then what failed', async () => {
    vi.useFakeTimers()
    const page = mount(LoadState, { props: { loading: true, has: false }, slots: { default: 'rows' }, global: { plugins } })
    expect(page.find('[role=status]').exists()).toBe(false)
    vi.advanceTimersByTime(301)
    await nextTick()
    expect(page.find('[role=status]').exists()).toBe(true)
    await page.setProps({ loading: false, problem: new ApiProblem(500, 'store.failed', '没有保存成功', [], 'abc') })
    expect(page.text()).toContain('没有保存成功')
    expect(page.text()).toContain('abc')
    await page.setProps({ problem: new ApiProblem(403, 'policy.forbidden', 'x') })
    expect(page.text()).toContain('您没有权限')
    // A town without a plan has not failed: it is told how to install one.
    await page.setProps({ problem: new ApiProblem(422, 'plan.none', 'x') })
    expect(page.text()).toContain('fengsui plan install')
    expect(page.find('[role=alert]').exists()).toBe(false)
    await page.setProps({ problem: null, has: true })
    expect(page.text()).toBe('rows')
    // What stays there when the next answer fails says of when it is.
    await page.setProps({ problem: new ApiProblem(0, 'net', '连接不上'), at: Date.parse('2026-11-25T02:07:00+08:00') })
    expect(page.text()).toMatch(/^rows以下是 .*02:07 的内容，可能已有变化。 ?连接不上/)
  })
})

describe('ConfirmWithReason', () => {
  it('does nothing without a reason', async () => {
    const page = mount(ConfirmWithReason, { props: { title: '作废场所' }, global: { plugins }, attachTo: document.body })
    const button = (): HTMLButtonElement => document.querySelectorAll<HTMLButtonElement>('.dialog footer button')[1]!
    button().click()
    await nextTick()
    expect(page.emitted('confirm')).toBeUndefined()
    expect(document.body.textContent).toContain('请填写原因')
    const area = document.querySelector('textarea')!
    area.value = '重复登记'
    area.dispatchEvent(new Event('input'))
    button().click()
    expect(page.emitted('confirm')).toEqual([['重复登记']])
  })
})

describe('undo', () => {
  it('does it after eight seconds, or not at all', () => {
    vi.useFakeTimers()
    const done = vi.fn()
    sayWithUndo('已催办', done)
    vi.advanceTimersByTime(7_000)
    expect(done).not.toHaveBeenCalled()
    vi.advanceTimersByTime(2_000)
    expect(done).toHaveBeenCalledOnce()
    const other = vi.fn()
    sayWithUndo('已催办', other)
    toasts[0]?.undo?.()
    vi.advanceTimersByTime(20_000)
    expect(other).not.toHaveBeenCalled()
    expect(toasts).toHaveLength(0)
  })
})
