import { flushPromises, mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { h, ref } from 'vue'
import { createI18n } from 'vue-i18n'
import zh from '../../locales/zh-CN.json'
import DataTable from './DataTable.vue'
import type { Paged } from './paged'

it('a cell whose slot draws nothing is empty; without a slot it says what the row says', async () => {
  const rows = [{ id: '1', name: '罗记农资门市', lists: [] as string[] }]
  const paged = { items: ref(rows), loading: ref(false), problem: ref(null), loaded: ref(true), number: ref(1), total: ref(1), more: ref(false), reload: () => undefined } as unknown as Paged<(typeof rows)[0]>
  const table = mount(DataTable as never, {
    props: { name: 'places', columns: [{ key: 'name', label: '名称' }, { key: 'lists', label: '所在名录' }], paged, empty: '' } as never,
    slots: { lists: ({ row }: { row: (typeof rows)[0] }) => row.lists.map((one) => h('span', one)) } as never,
    global: { plugins: [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared: zh } } })], stubs: { Pager: true } },
    attachTo: document.body,
  })
  await flushPromises()
  await flushPromises()
  expect(table.findAll('tbody td').map((cell) => cell.text())).toEqual(['罗记农资门市', ''])
  table.unmount()
})
