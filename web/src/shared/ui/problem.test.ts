import { afterEach, expect, it } from 'vitest'
import { pointAtProblem } from './problem'

afterEach(() => (document.body.innerHTML = ''))

it('goes to the sentence above the form, to the wrong field where there is none, and into the open window first', async () => {
  document.body.innerHTML = '<main><p class="alert" role="alert" id="a">请改正</p><input aria-invalid="true" id="b" /><button id="c">存</button></main>'
  document.querySelector<HTMLElement>('#c')?.focus()
  await pointAtProblem()
  expect(document.activeElement?.id).toBe('a')
  document.querySelector('#a')?.remove()
  await pointAtProblem()
  expect(document.activeElement?.id).toBe('b')
  document.querySelector<HTMLElement>('#c')?.focus()
  document.body.insertAdjacentHTML('beforeend', '<section role="dialog"><p class="alert" role="alert" id="d">缺理由</p></section>')
  await pointAtProblem()
  expect(document.activeElement?.id).toBe('d')
})
it('leaves alone who went on writing elsewhere', async () => {
  document.body.innerHTML = '<main><p class="alert" role="alert">请改正</p><input id="q" /></main>'
  document.querySelector<HTMLElement>('#q')?.focus()
  await pointAtProblem()
  expect(document.activeElement?.id).toBe('q')
})
