import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { defineComponent, h, withDirectives } from 'vue'
import { vStacked } from './stacked'

it('cells are named by their column, the first and those that name themselves are not', async () => {
  const Table = defineComponent({
    props: { rows: { type: Array<string[]>, required: true } },
    setup: (props) => () =>
      withDirectives(
        h('table', { class: 'plain stack' }, [
          h('thead', [h('tr', [h('th', '名称'), h('th', '人数'), h('th', [h('span', { class: 'sr' }, '操作')])])]),
          h('tbody', props.rows.map((row) => h('tr', row.map((text, at) => h('td', at === 9 ? { 'data-k': 'own' } : {}, text))))),
        ]),
        [[vStacked]],
      ),
  })
  const at = mount(Table, { props: { rows: [['甲', '3', '看']] } })
  const names = () => at.findAll('td').map((cell) => cell.attributes('data-k'))
  expect(names()).toEqual([undefined, '人数', undefined])
  await at.setProps({ rows: [['甲', '3', '看'], ['乙', '4', '看']] })
  expect(names()).toEqual([undefined, '人数', undefined, undefined, '人数', undefined])
})
