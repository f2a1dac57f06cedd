import { describe, expect, it } from 'vitest'
import { mustSay, stopTone } from './stop_use'

const row = (code: string, more = {}) => ({ stage: { code, label: '' }, overdue: false, broken: false, ...more })

describe('stops of use', () => {
  it('what is used although stopped stands out, what is over does not', () => {
    expect([row('proposed'), row('stopped'), row('stopped', { overdue: true }), row('checked', { broken: true }), row('resumed', { broken: true }), row('declined')].map(stopTone)).toEqual(['todo', 'doing', 'late', 'late', 'done', 'na'])
  })
  it('a place found in use, a check and a withdrawal want words', () => {
    expect([mustSay('patrol', 'true'), mustSay('patrol', 'false'), mustSay('check_return', 'true'), mustSay('withdraw', ''), mustSay('decide', 'true')]).toEqual([false, true, true, true, false])
  })
})
