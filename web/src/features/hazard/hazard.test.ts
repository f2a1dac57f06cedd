import { describe, expect, it } from 'vitest'
import { deadlineOf } from './deadline'
import { blank, bodyOf, lacks, decider, offered, STEPS, type Filled, type StepCode } from './steps'

const form = (step: StepCode) => STEPS.find((one) => one.step === step)!
const filled = (given: Partial<Filled> = {}): Filled => ({ ...blank({ suggested: { level: 'larger', days: { kind: 'calendar', count: 7 } }, level: null }), ...given })

describe('the steps of a hazard', () => {
  it('are shown only when the server offers them, the next one first', () => {
    expect(offered(['void', 'advise', 'grade', 'link', 'remind']).map((one) => one.step)).toEqual(['advise', 'grade', 'void'])
    expect(offered([])).toEqual([])
  })

  it('advice never borrows the word of an order', () => {
    expect(lacks(form('advise'), filled({ text: '请责令停业' }), { level: 'general' })).toEqual({ text: 'orderWord' })
    expect(lacks(form('advise'), filled({ text: '请清理通道' }), { level: 'general' })).toEqual({})
    expect(lacks(form('order'), filled({ text: '责令立即清理', certificate_no: '1', authority_item: '2', colleague: '3' }), { level: 'general' })).toEqual({})
  })

  it('an order wants certificate, item and a second officer', () => {
    expect(Object.keys(lacks(form('order'), filled({ text: 'x' }), { level: null })).sort()).toEqual(['authority_item', 'certificate_no', 'colleague'])
  })

  it('a level changed wants a reason, a first level none', () => {
    expect(lacks(form('grade'), filled(), { level: null })).toEqual({})
    expect(lacks(form('grade'), filled(), { level: 'general' })).toEqual({ reason: 'reason' })
  })

  it('a re-check wants a photo, a failed one also words', () => {
    expect(lacks(form('pass_recheck'), filled(), { level: 'general' })).toEqual({ photos: 'photos' })
    expect(Object.keys(lacks(form('fail_recheck'), filled(), { level: 'general' })).sort()).toEqual(['note', 'photos'])
  })

  it('closing a major hazard wants the paper of the organ', () => {
    expect(lacks(form('close'), filled(), { level: 'major' })).toEqual({ document_no: 'filled' })
    expect(lacks(form('close'), filled(), { level: 'general' })).toEqual({})
  })

  it('a failed re-check allows the days of before unless somebody says otherwise', () => {
    const again = blank({ suggested: { level: 'general', days: { kind: 'working', count: 7 } }, level: 'general' }, 'fail_recheck')
    const full = { ...again, photos: ['p'], note: 'x' }
    expect(lacks(form('fail_recheck'), full, { level: 'general' })).toEqual({})
    expect(bodyOf(form('fail_recheck'), full)).toEqual({ step: 'fail_recheck', with: [], photos: ['p'], note: 'x' })
    expect(bodyOf(form('fail_recheck'), { ...full, days: { kind: 'working', count: 5 } })).toMatchObject({ days: { kind: 'working', count: 5 } })
    expect(lacks(form('fail_recheck'), { ...full, days: { kind: 'working', count: -1 } }, { level: 'general' })).toEqual({ days: 'days' })
  })
  it('zero days is at once', () => {
    expect(lacks(form('advise'), filled({ text: 'x', days: { kind: 'calendar', count: 0 } }), { level: null })).toEqual({})
    expect(lacks(form('ask_extension'), filled({ count: '0', reason: 'x' }), { level: null })).toEqual({ count: 'days' })
  })

  it('send only what they are about', () => {
    for (const one of STEPS) expect(bodyOf(one, filled({ answer: 'returned' })).step).toBe(one.step)
    expect(bodyOf(form('answer_transfer'), filled({ answer: 'major', elements: 'a、b\nc', edition: '2025', deadline_on: '2026-12-01' }))).toEqual({
      step: 'answer_transfer', answer: 'major', edition: '2025', elements: ['a', 'b', 'c'], deadline_on: '2026-12-01',
    })
    expect(bodyOf(form('order'), filled({ text: 'x', certificate_no: '1', authority_item: '2', colleague: '3' }))).toMatchObject({ authority_item: '2', with: ['3'] })
    expect(bodyOf(form('close'), filled())).toEqual({ step: 'close' })
  })
})

describe('an extension asked for', () => {
  const asked = { extension: { state: 'asked', days: 3, reason: '等货', cap: 5 }, measure: 'order', actions: [] as string[] }
  it('says whose decision it is to who cannot take it', () => {
    expect(decider(asked)).toBe('order')
    expect(decider({ ...asked, measure: 'advice' })).toBe('advice')
    expect(decider({ ...asked, actions: ['grant_extension', 'refuse_extension'] })).toBeNull()
    expect(decider({ ...asked, extension: { ...asked.extension, state: 'none' } })).toBeNull()
  })
})

describe('the deadline', () => {
  const hazard = { deadline_on: '2026-11-26', overdue: false, due_soon: true, state: 'rectifying', found_at: '2026-11-18T10:00:00+08:00', timeline: [{ step: 'advised', happened_at: '2026-11-20T09:00:00+08:00' }] as never[] }
  it('runs from the notice', () => expect(deadlineOf(hazard, '2026-11-23')).toEqual({ from: '2026-11-20', to: '2026-11-26', share: 50, tone: 'soon' }))
  it('is full when passed', () => expect(deadlineOf({ ...hazard, overdue: true }, '2026-12-23')).toMatchObject({ share: 100, tone: 'over' }))
  it('is not shown once a fix is in', () => expect(deadlineOf({ ...hazard, state: 'fix_submitted' }, '2026-11-23')).toBeNull())
})
