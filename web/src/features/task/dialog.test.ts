import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { afterEach, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { useSession } from '../../desk/session'
import shared from '../../shared/locales/zh-CN.json'
import training from '../training/locales/zh-CN.json'
import task from './locales/zh-CN.json'
import TaskDialog from './TaskDialog.vue'

afterEach(() => vi.unstubAllGlobals())

it.each([
  ['task.out_of_reach', '该场所不在承办人的辖区，请改派管这个场所的人', true],
  ['gate.no_certificate', '没有网格消防证书，不能派发', false],
] as const)('why a task cannot go to somebody stands beside who was chosen (%s)', async (code, message, beside) => {
  setActivePinia(createPinia())
  useSession().me = { today: '2026-11-28' } as never
  vi.stubGlobal('fetch', async () => new Response(JSON.stringify({ code: 'validation', detail: '填写有误，请按提示更正', fields: [{ field: 'assignee', code, message }] }), { status: 422 }))
  const dialog = mount(TaskDialog, { global: { plugins: [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared, task, training } } })], stubs: { PersonPick: true, ElSelect: true, RouterLink: true, teleport: true } } })
  Object.assign((dialog.vm as unknown as { form: object }).form, { place: 'p1', due_on: '2026-12-05' })
  await dialog.find('form').trigger('submit')
  await flushPromises()
  expect(dialog.findAll('[role=alert]').map((one) => one.text())).toEqual([message])
  expect(dialog.find('person-pick-stub + [role=alert]').exists()).toBe(beside)
  dialog.unmount()
})
