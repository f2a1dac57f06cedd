import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import type { AnswerValue, InspectionView } from '@/shared/api/contract'
import shared from '../../shared/locales/zh-CN.json'
import CorrectDialog from './CorrectDialog.vue'
import inspection from './locales/zh-CN.json'

afterEach(() => vi.unstubAllGlobals())

const answer = (item: string, value: AnswerValue) => ({ item, text: item, block_title: 'B', value, value_label: '', reason: null, reading: null, note: '', photos: [], fixed: [] })
const edition = (n: number, b06: AnswerValue): InspectionView => ({ id: 'v', edition: n, answers: [answer('B06', b06), answer('B09', 'pass')], record: { answers: [{ item: 'B06', value: b06, note: '', photos: ['p'] }, { item: 'B09', value: 'pass', note: '', photos: [] }] } }) as unknown as InspectionView

it('who corrects beside somebody faster keeps what he typed upon what that one corrected', async () => {
  const sent: { edition: number; record: { answers: { item: string; value: string; note: string }[] } }[] = []
  vi.stubGlobal('fetch', async (_url: string, asked: { body: string }) => {
    sent.push(JSON.parse(asked.body))
    const stale = { code: 'conflict.version', detail: '记录已被他人修改', fields: [], current: edition(2, 'pass') }
    return sent.length === 1 ? new Response(JSON.stringify(stale), { status: 409 }) : new Response(JSON.stringify(edition(3, 'pass')))
  })
  const dialog = mount(CorrectDialog, { props: { view: edition(1, 'fail') }, global: { plugins: [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared, inspection } } })], stubs: { teleport: true } } })
  await dialog.findAll('tbody tr')[1]!.findAll('input')[1]!.setValue('已核')
  await dialog.find('textarea').setValue('补说明')
  const press = async (named: string): Promise<void> => {
    await dialog.findAll('button').find((one) => one.text() === named)!.trigger('click')
    await flushPromises()
  }
  await press('更正记录')
  expect(sent[0]!.edition).toBe(1)
  await press(shared.keepOwn)
  expect(sent[1]!.edition, 'of the edition that stands').toBe(2)
  expect(sent[1]!.record.answers.map((one) => [one.item, one.value, one.note])).toEqual([['B06', 'pass', ''], ['B09', 'pass', '已核']])
  expect(dialog.emitted('done')).toHaveLength(1)
  dialog.unmount()
})
