import { expect, test } from 'vitest'
import { clockOf, drillTone, secondsOf } from './drill'

test('a time mark is read as minutes and seconds or as seconds, and written back', () => {
  expect(secondsOf('3:10')).toBe(190)
  expect(secondsOf('3：05')).toBe(185)
  expect(secondsOf('190')).toBe(190)
  expect(secondsOf('3:75')).toBeNull()
  expect(secondsOf('三分')).toBeNull()
  expect(clockOf(190)).toBe('3:10')
  expect(clockOf(5)).toBe('0:05')
})

test('what should have been held is late', () => {
  expect(drillTone('planned', false)).toBe('todo')
  expect(drillTone('planned', true)).toBe('late')
  expect(drillTone('held', false)).toBe('due')
  expect(drillTone('closed', false)).toBe('done')
})
