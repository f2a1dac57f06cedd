import { RouterLinkStub, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import type { ImportChange } from '../../shared/api/contract'
import shared from '../../shared/locales/zh-CN.json'
import ImportChanges from './ImportChanges.vue'
import zh from './locales/zh-CN.json'

const plugins = [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { import: zh, shared } } })]
const change = (row: number): ImportChange => ({
  sheet: '台账', row, id: `p${row}`, code: `QF-${row}`, name: `店${row}`,
  fields: [{ field: 'name', label: '场所名称', before: `店${row}`, after: '新店' }, { field: 'grid', label: '所属网格', before: '第一网格', after: '' }],
})
const show = (changes: ImportChange[], updated: number) =>
  mount(ImportChanges, { props: { changes, updated, kind: 'places' as const }, global: { plugins, stubs: { RouterLink: RouterLinkStub } } })

it('says of each row and field what was and what becomes of it', () => {
  const page = show([change(2)], 1)
  expect(page.find('summary').text()).toBe('将覆盖 1 行已有档案')
  const cells = page.findAll('tbody tr').map((row) => row.text())
  expect(cells[0]).toMatch(/2\s*店2\s*QF-2\s*场所名称\s*店2\s*新店/)
  expect(cells[1]).toMatch(/所属网格\s*第一网格\s*（空）/)
  expect(page.findComponent(RouterLinkStub).props('to')).toBe('/places/p2')
})
it('shows the first thirty rows, the others on request, and owns up to what is not listed', async () => {
  const page = show(Array.from({ length: 40 }, (_, i) => change(i + 2)), 1_240)
  expect(page.findAll('tbody')).toHaveLength(30)
  expect(page.text()).toContain('另有 1200 行改动没有列出')
  await page.find('button').trigger('click')
  expect(page.findAll('tbody')).toHaveLength(40)
  expect(page.find('button').exists()).toBe(false)
})
