import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GRAVE, MUST_SAY, NEXT, caseTone, itemTone, sorted, inWorkingDays, lengthOf } from './enforcement'

const row = (code: string, late = false) => ({ stage: { code, label: '' }, next_clock: late ? ({ late } as never) : null })
const door = (code: string, mine: boolean, refusal: string | null) => ({
  step: { code, label: code }, mine, code: refusal, message: refusal, hand: 'officer', template: null, paper_name: '', needs_paper: false,
})

describe('cases', () => {
  it('a period that ran out stands out, and what is over does not', () => {
    expect([row('clue'), row('filed'), row('filed', true), row('closed', true), row('transferred')].map(caseTone)).toEqual(['todo', 'doing', 'late', 'done', 'na'])
    expect(['valid', 'expiring', 'expired', 'coming', 'void'].map(itemTone)).toEqual(['done', 'due', 'late', 'todo', 'na'])
  })
  it('open doors, closed ones and those of other hands are kept apart', () => {
    const { open, shut, theirs } = sorted([door('a', true, null), door('b', true, 'enforcement.not_heard'), door('c', false, 'enforcement.no_head')])
    expect([open, shut, theirs].map((all) => all.map((one) => one.step.code))).toEqual([['a'], ['b'], ['c']])
  })
  it('only periods in working days move with the holidays', () => {
    expect(['2 个工作日', '15 日', '6 个月'].map(inWorkingDays)).toEqual([true, false, false])
    expect(['2个工作日', '15 日', '6个月', '2年', '随时'].map((one) => lengthOf(one)?.unit ?? null)).toEqual(['working', 'calendar', 'month', 'year', null])
  })
  it('every step named here is one the program knows', () => {
    const source = readFileSync(join(__dirname, '../../../../crates/domain/src/enforcement.rs'), 'utf8')
    const steps = source.slice(source.indexOf('    Step {'), source.indexOf('/// Who takes a step.'))
    for (const step of [...MUST_SAY, ...GRAVE, ...NEXT]) expect(steps).toContain(`"${step}"`)
  })
})
