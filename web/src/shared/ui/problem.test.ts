import { afterEach, beforeEach, expect, it } from 'vitest'
import { mindProblems } from './problem'

let end: () => void
beforeEach(() => {
  document.body.innerHTML = '<main><button id="go">存</button><input id="q" /></main>'
  end = mindProblems()
})
afterEach(() => {
  end()
  document.body.innerHTML = ''
})
const settled = () => new Promise((done) => setTimeout(done, 0))
function press(id: string): void {
  const button = document.querySelector<HTMLElement>(id)
  button?.focus()
  button?.click()
}
const refuse = (where: string, html: string) => document.querySelector(where)?.insertAdjacentHTML('beforeend', html)

it('the sentence above a form has the focus once the form was refused', async () => {
  press('#go')
  refuse('main', '<p class="alert" role="alert" id="a">请改正</p>')
  await settled()
  expect(document.activeElement?.id).toBe('a')
})
it('the wrong field has it where no sentence is, and what an open window says goes before the page', async () => {
  press('#go')
  refuse('main', '<input aria-invalid="true" id="b" /><small class="bad" role="alert">请填写</small>')
  await settled()
  expect(document.activeElement?.id).toBe('b')
  refuse('body', '<section role="dialog"><button id="yes">准</button></section>')
  press('#yes')
  refuse('[role=dialog]', '<p class="alert" role="alert" id="d">缺理由</p>')
  await settled()
  expect(document.activeElement?.id).toBe('d')
})
it('the first wrong field goes before the sentence of its form, also where it is a group', async () => {
  press('#go')
  refuse('main', '<div class="wrong" role="group" id="w"></div><input aria-invalid="true" id="b" /><p class="alert" role="alert" id="a">请改正</p>')
  await settled()
  expect(document.activeElement?.id).toBe('w')
})
it('nobody is torn from what he writes, and what nobody asked for takes no focus', async () => {
  press('#go')
  document.querySelector<HTMLElement>('#q')?.focus()
  refuse('main', '<p class="alert" role="alert">请改正</p>')
  await settled()
  expect(document.activeElement?.id).toBe('q')
  end()
  end = mindProblems()
  refuse('main', '<p class="alert" role="alert" id="later">网络中断</p>')
  await settled()
  expect(document.activeElement?.id).toBe('q')
})
