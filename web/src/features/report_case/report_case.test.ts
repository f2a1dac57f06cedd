import { describe, expect, it } from 'vitest'
import zh from './locales/zh-CN.json'
import en from './locales/en.json'
import { CHANNELS, MATTERS, STAGES, orderTone, reportTone } from './report_case'

const row = (code: string, overdue = false, urgent = false) => ({ stage: { code, label: '' }, overdue, urgent })

describe('reports', () => {
  it('what is late or urgent stands out', () => {
    expect([row('received'), row('received', false, true), row('assigned'), row('assigned', true), row('replied'), row('merged'), row('emergency')].map(reportTone)).toEqual(['todo', 'due', 'doing', 'late', 'done', 'na', 'due'])
  })

  it('every stage, channel and matter has a word in both languages', () => {
    for (const words of [zh, en]) {
      expect(Object.keys(words.stages)).toEqual([...STAGES])
      expect(Object.keys(words.channels)).toEqual([...CHANNELS])
      expect(Object.keys(words.matters)).toEqual([...MATTERS])
    }
  })
})

it('the answer to an order is late for the other side before it is anything else', () => {
  expect(orderTone({ stage: { code: 'ready', label: '' }, overdue: true })).toBe('late')
  expect(orderTone({ stage: { code: 'ready', label: '' }, overdue: false })).toBe('due')
  expect(orderTone({ stage: { code: 'sent', label: '' }, overdue: false })).toBe('done')
  expect(orderTone({ stage: { code: 'waiting', label: '' }, overdue: false })).toBe('doing')
})
