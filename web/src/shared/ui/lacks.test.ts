import { mount } from '@vue/test-utils'
import { afterEach, expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import { ref } from 'vue'
import zh from '../locales/zh-CN.json'
import Dialog from './Dialog.vue'
import FormField from './desk/FormField.vue'

const plugins = [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared: zh } } })]
afterEach(() => { document.body.innerHTML = '' })
const settle = (): Promise<void> => new Promise((done) => setTimeout(done))

it('a grey button says what it waits for, and no more once it is there', async () => {
  const [reason, sure] = [ref(''), ref(false)]
  mount(
    {
      components: { Dialog, FormField },
      setup: () => ({ reason, sure }),
      template: `<Dialog title="作废">
        <FormField label="原因" required><input v-model="reason" /></FormField>
        <FormField label="已核实" required group><input v-model="sure" type="checkbox" /></FormField>
        <FormField label="备注"><input /></FormField>
        <template #foot><button class="btn">取消</button><button class="btn pri" :disabled="!reason || !sure">作废</button></template>
      </Dialog>`,
    },
    { global: { plugins }, attachTo: document.body },
  )
  const type = (nth: number, text: string): void => {
    const input = document.querySelectorAll<HTMLInputElement>('.dialog input')[nth]!
    input.value = text
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
  const said = (): string | undefined => document.querySelector('.lacks')?.textContent ?? undefined
  await settle()
  expect(said()).toBe('还要填写：原因、已核实')
  type(0, '重复登记')
  await settle()
  expect(said()).toBe('还要填写：已核实')
  document.querySelector<HTMLInputElement>('.dialog input[type=checkbox]')?.click()
  await settle()
  expect(said()).toBeUndefined()
})
