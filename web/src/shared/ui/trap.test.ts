import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { defineComponent, h, nextTick, onMounted, ref } from 'vue'
import { useTrap } from './trap'

/** A panel whose own field takes the focus before the panel does. */
const Field = defineComponent({
  setup() {
    const box = ref<HTMLInputElement | null>(null)
    onMounted(() => box.value?.focus())
    return () => h('input', { ref: box })
  },
})
const Panel = defineComponent({
  setup() {
    const panel = ref<HTMLElement | null>(null)
    useTrap(panel, () => undefined)
    return () => h('div', { ref: panel, tabindex: -1 }, [h(Field)])
  },
})
const element = (id: string): HTMLElement => document.querySelector<HTMLElement>(`#${id}`)!
const settled = () => new Promise((done) => setTimeout(done, 0))

beforeEach(() => {
  document.body.innerHTML = '<main id="main"><p id="acts"><button id="open">封闭</button></p></main><div id="room"></div>'
})
afterEach(() => (document.body.innerHTML = ''))

it('what opened a panel has the focus again', async () => {
  element('open').focus()
  const page = mount(Panel, { attachTo: '#room' })
  expect(document.activeElement?.id).not.toBe('open')
  page.unmount()
  await nextTick()
  expect(document.activeElement?.id).toBe('open')
})
it('where it is gone with what was done, what it stood in', async () => {
  element('open').focus()
  const page = mount(Panel, { attachTo: '#room' })
  element('open').remove()
  page.unmount()
  await nextTick()
  expect(document.activeElement?.id).toBe('acts')
})
it('also where the page takes it away a moment later', async () => {
  element('open').focus()
  const page = mount(Panel, { attachTo: '#room' })
  page.unmount()
  await nextTick()
  element('acts').remove()
  await settled()
  expect(document.activeElement?.id).toBe('main')
})
