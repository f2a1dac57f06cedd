import { expect, it } from 'vitest'
import { assessmentTone } from './assessment'

it('puts what is past its term before what is to be treated, and a missing one is no fault yet', () => {
  expect(assessmentTone({ state: 'open', last: { overdue: true } })).toBe('late')
  expect(assessmentTone({ state: 'open', last: { overdue: false } })).toBe('due')
  expect(assessmentTone({ state: 'missing', last: null })).toBe('todo')
  expect(assessmentTone({ state: 'done', last: { overdue: false } })).toBe('done')
})
