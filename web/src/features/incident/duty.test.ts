import { flushPromises, shallowMount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { api, ApiProblem } from '@/shared/api/client'
import LoadState from '@/shared/ui/LoadState.vue'
import shared from '@/shared/locales/zh-CN.json'
import DutyPage from './DutyPage.vue'
import incident from './locales/zh-CN.json'

const push = vi.hoisted(() => vi.fn())
vi.mock('vue-router', async (real) => ({ ...(await real<object>()), useRouter: () => ({ push }) }))
const screen = { items: [], silent: {}, gaps: [], watch: null, watching: false, offered: false, may_open: false, may_watch: false, up_to: 1, now: '2026-11-25T02:07:00+08:00' }

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-25T02:07:00+08:00') })
  setActivePinia(createPinia())
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

it('a board that is no longer told says since when, and a session that is over stays on it in red', async () => {
  vi.spyOn(api, 'post').mockResolvedValue({ received: 0 } as never)
  const asked = vi.spyOn(api, 'get').mockResolvedValue(screen as never)
  const page = shallowMount(DutyPage, {
    global: { plugins: [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared, incident } } })], stubs: { LoadState } },
  })
  await flushPromises()
  expect(page.find('.blind').exists()).toBe(false)
  expect(page.find('.polls').text(), 'no stream came through').toContain('改为每 5 秒查询一次')
  // Nobody answers any more.
  asked.mockRejectedValue(new ApiProblem(0, 'net', '连接不上'))
  await vi.advanceTimersByTimeAsync(16_000)
  expect(page.find('.blind').text()).toMatch(/以下是 .*02:07 的情况/)
  asked.mockResolvedValue(screen as never)
  await vi.advanceTimersByTimeAsync(16_000)
  expect(page.find('.blind').exists()).toBe(false)
  window.dispatchEvent(new Event('fengsui:expired'))
  await flushPromises()
  expect(page.find('.blind[role=alert]').text()).toContain('登录已失效：自')
  await page.find('.blind button').trigger('click')
  expect(push).toHaveBeenCalledWith({ name: 'login', query: { next: '/duty' } })
  page.unmount()
})
