import { describe, expect, it } from 'vitest'
import { deviceTone, spot, taskSaid, testEnd } from './device'

describe('devices', () => {
  it('who is silent or at fault stands out', () => {
    const tone = (code: string, voided = false) => deviceTone({ condition: { code, label: '' }, voided })
    expect(['online', 'silent', 'faulty', 'battery_low', 'never', 'testing', 'retired'].map((code) => tone(code))).toEqual(['done', 'late', 'late', 'due', 'todo', 'doing', 'na'])
    expect(tone('silent', true)).toBe('na')
  })
  it('a test ends so many minutes from now, in the zone of the town', () => {
    expect(testEnd(new Date('2026-11-26T15:50:00Z'), 20)).toBe('2026-11-27T00:10:00+08:00')
  })
  it('a silence names who looks into it, late when its day has passed, and who says he did', () => {
    const named = (id: string) => ({ id, name: id })
    const task = (state: string, overdue: boolean, holders = ['李消防']) => ({ id: 'f', due_on: '2026-09-24', state, overdue, owner: { post: named('消防员'), org: named('场镇社区'), holders: holders.map(named) } })
    expect(taskSaid(task('open', false), '空缺')).toEqual({ key: 'task', who: '消防员 李消防' })
    expect(taskSaid(task('open', true, []), '空缺')).toEqual({ key: 'taskLate', who: '消防员 空缺' })
    expect(taskSaid(task('done', false), '空缺').key).toBe('taskDone')
  })
  it('a position is two numbers or none', () => {
    expect(spot('105.87，29.26')).toEqual([105.87, 29.26])
    expect(spot('105.87')).toBeNull()
    expect(spot(' ')).toBeUndefined()
  })
})
