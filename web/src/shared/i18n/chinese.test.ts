import { afterEach, expect, it } from 'vitest'
import { leave, mind } from './chinese'

afterEach(() => {
  leave()
  document.body.innerHTML = ''
})
const settled = () => new Promise((done) => setTimeout(done, 0))
const lang = (selector: string) => document.querySelector(selector)?.getAttribute('lang') ?? null

it('what stays Chinese on an English page is marked, English with a name in it is not', async () => {
  document.body.innerHTML = '<p id="a">消防安全检查表</p><p id="b">Due by 2026-12-01 at 老街</p><p id="c" lang="en">中文</p><p id="d"><b>凌阁堂村</b> village</p>'
  mind()
  expect(['#a', '#b', '#c', '#d', '#d b'].map(lang)).toEqual(['zh', null, 'en', null, 'zh'])
  const late = document.createElement('p')
  late.innerHTML = '<span id="e">胡豆坪村</span>'
  document.body.append(late)
  const a = document.querySelector('#a')
  if (a?.firstChild) a.firstChild.textContent = 'Checklist'
  await settled()
  expect(['#e', '#a'].map(lang)).toEqual(['zh', null])
  leave()
  if (a?.firstChild) a.firstChild.textContent = '检查表'
  await settled()
  expect(lang('#a')).toBe(null)
})
