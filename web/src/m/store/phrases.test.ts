import { expect, it } from 'vitest'
import en from '../later/locales/en.json'
import zh from '../later/locales/zh-CN.json'
import { fitting } from './phrases'

it('an item is offered the phrases of its own category', () => {
  const said = (code: string | null) => fitting(code).map((at) => zh.canned.fail[at])
  expect(said('H01.1')).toEqual(['被堵占、遮挡', '当场已叫停'])
  expect(said('H03.1')).toContain('过期')
  expect(said(null)).toEqual(['当场已叫停'])
  expect(en.canned.fail).toHaveLength(zh.canned.fail.length)
})
