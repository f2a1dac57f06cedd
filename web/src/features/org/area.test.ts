import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { useSession } from '../../desk/session'
import shared from '../../shared/locales/zh-CN.json'
import zh from './locales/zh-CN.json'
import OrgPage from './OrgPage.vue'

afterEach(() => vi.unstubAllGlobals())

it('a new territory must have a code, and is provisional by what is typed until somebody says otherwise', async () => {
  const pinia = createPinia()
  setActivePinia(pinia)
  useSession().me = { hats: [], actions: ['org.change'], today: '2026-11-29' } as never
  vi.stubGlobal('fetch', async (url: string) => new Response(JSON.stringify({ items: String(url).endsWith('/territories') ? [{ code: '500118101000', level: 'town', name: '松溪乡', path: '500118101000', parent: null, aliases: [], provisional: false, closed_on: null }] : [] })))
  const i18n = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared, org: zh } } })
  const page = mount(OrgPage, { attachTo: document.body, global: { plugins: [pinia, i18n] } })
  await flushPromises()
  await page.findAll('button').find((one) => one.text() === '新增辖区')!.trigger('click')
  await flushPromises()
  const of = <T extends Element>(selector: string): T => document.querySelector<T>(`[role=dialog] ${selector}, dialog ${selector}`)!
  const type = async (selector: string, text: string): Promise<void> => {
    const input = of<HTMLInputElement>(selector)
    input.value = text
    input.dispatchEvent(new Event('input', { bubbles: true }))
    await flushPromises()
  }
  const ticked = (): boolean => of<HTMLInputElement>('input[type=checkbox]').checked
  const save = (): boolean => !of<HTMLButtonElement>('.btn.pri').disabled
  await type('[data-required=名称] input', '松树村')
  expect([ticked(), save()]).toEqual([false, false])
  await type('[data-required=代码] input', '500118101P01')
  expect([ticked(), save()]).toEqual([true, true])
  await type('[data-required=代码] input', '500118101201')
  expect(ticked()).toBe(false)
  of<HTMLInputElement>('input[type=checkbox]').click()
  await type('[data-required=代码] input', '500118101202')
  expect(ticked()).toBe(true)
  page.unmount()
})
