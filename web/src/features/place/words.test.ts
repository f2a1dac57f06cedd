import { expect, it } from 'vitest'
import en from './locales/en.json'
import zh from './locales/zh-CN.json'

it('a place without a grade is told which heads are asked for: the capacity is none of them', () => {
  expect(zh.ungradedWhy).toContain('住宿、从业、培训人数')
  expect(zh.ungradedWhy).toContain('容纳人数不算')
  expect(en.ungradedWhy).toContain('lodging, working or training')
  expect(en.ungradedWhy).toContain('capacity does not count')
})
