import { expect, it } from 'vitest'
import en from '../locales/en.json'
import zh from '../locales/zh-CN.json'
import { setLocale, setupI18n } from '.'
import { codeLabel, stageLabel } from './codes'

it('in Chinese the word of the server stands, in English the word is found by code', async () => {
  await setupI18n(async (locale) => ({ shared: locale === 'en' ? en : zh }))
  await setLocale('zh-CN')
  expect(codeLabel('task', 'done', '办结')).toBe('办结')
  await setLocale('en')
  expect(codeLabel('task', 'done', '办结')).toBe('Done')
  expect(codeLabel('task', 'not_known', '别的')).toBe('别的')
  expect(codeLabel('level', null, null)).toBe('')
  expect(stageLabel({ state: 'rectifying', stage_label: '整改中·逾期 3 天', overdue: true, days_over: 3 })).toMatch(/^Being fixed · .*3/)
  await setLocale('zh-CN')
})
