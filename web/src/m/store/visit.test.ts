import { describe, expect, it } from 'vitest'
import { ENFORCEMENT, powersOf } from './draft'
import { countsFor, owedAt } from './owed'
import { cameraTrouble } from './scan'
import { standing } from './standing'
import type { Entry, Task } from './types'

const task = (id: string, more: Partial<Task> = {}) => ({ id, state: 'assigned', kind: 'routine', from: '2026-11-01', due_on: '2026-11-30', ...more }) as Task
const TODAY = '2026-11-28'
const sent = (task: string, kind: Entry['kind']) => ({ task, kind }) as Entry

describe('a visit begun without its task', () => {
  it('names the open one that is due first', () => {
    const tasks = [task('late', { due_on: '2026-12-20' }), task('soon', { due_on: '2026-11-28' }), task('over', { state: 'done', due_on: '2026-11-01' })]
    expect(owedAt(tasks, [], TODAY)?.id).toBe('soon')
    expect(countsFor(task('x', { kind: 'special' }))).toEqual({ task: 'x', occasion: 'special' })
    expect(countsFor(null)).toEqual({ task: null, occasion: 'routine' })
  })
  it('names none that begins later', () => {
    expect(owedAt([task('a', { from: '2026-11-29' })], [], TODAY)).toBeNull()
    expect(owedAt([task('a', { from: TODAY })], [], TODAY)?.id).toBe('a')
  })
  it('names none that was handed in here, is over, or is an act of enforcement', () => {
    expect(owedAt([task('a')], [sent('a', 'inspection')], TODAY)).toBeNull()
    expect(owedAt([task('a')], [sent('a', 'unable')], TODAY)).toBeNull()
    expect(owedAt([task('a')], [sent('a', 'accept')], TODAY)?.id).toBe('a')
    expect(owedAt([task('a', { kind: 'enforcement' }), task('b', { state: 'cancelled' })], [], TODAY)).toBeNull()
  })
})

it('only who works for the town or the police is offered the inspection the law gives those; what was chosen stays in sight', () => {
  expect(powersOf(['dept_inspector', 'village_staff'], false, 'governance')).toEqual(['governance'])
  expect(powersOf(['office_clerk'], false, 'governance')).toEqual(['governance', 'statutory'])
  expect(powersOf(['police_officer'], true, 'governance')).toEqual(['governance', 'statutory', ENFORCEMENT])
  expect(powersOf(['dept_inspector'], false, 'statutory')).toEqual(['governance', 'statutory'])
})

it('tasks that begin later are counted apart from those that may be done now', () => {
  const tasks = [task('due', { due_on: TODAY }), task('now'), task('next', { from: '2026-12-01', due_on: '2026-12-31' })]
  expect(standing(tasks, TODAY)).toEqual({ now: 2, due: 1, later: 1 })
  expect(standing(tasks.slice(2), TODAY)).toEqual({ now: 0, due: 0, later: 1 })
})

it('a camera that does not look says why, so that the person knows what to do', () => {
  const named = (name: string) => Object.assign(new Error('x'), { name })
  expect(['NotAllowedError', 'NotFoundError', 'NotReadableError', 'TypeError'].map((name) => cameraTrouble(named(name)))).toEqual(['denied', 'missing', 'busy', 'unable'])
})
