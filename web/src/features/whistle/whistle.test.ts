import { describe, expect, it } from 'vitest'
import { bodyTone, mustSay, rate, whistleTone } from './whistle'

const word = (code: string) => ({ code, label: '' })

describe('whistles', () => {
  it('silence beyond its time stands out whatever the stage', () => {
    const of = (stage: string, height = 'none') => whistleTone({ stage: word(stage), height: word(height) })
    expect([of('raised'), of('sent'), of('sent', 'leader'), of('sent', 'district'), of('done'), of('closed'), of('void')]).toEqual(['todo', 'doing', 'late', 'late', 'due', 'done', 'na'])
    const body = (standing: string, height = 'none') => bodyTone({ standing: word(standing), height: word(height) })
    expect([body('waiting'), body('waiting', 'leader'), body('refused'), body('arrived'), body('finished'), body('released')]).toEqual(['todo', 'late', 'due', 'doing', 'done', 'na'])
  })
  it('who refuses, is displeased or closes early says why', () => {
    expect([mustSay('receive', '', 0), mustSay('refuse', '', 0), mustSay('rate_body', 'good', 0), mustSay('rate_body', 'poor', 0), mustSay('close', '', 0), mustSay('close', '', 2)]).toEqual([false, true, false, true, false, true])
  })
  it('a body nothing was due from has no rate', () => {
    expect([rate({ due: 4, in_time: 3 }), rate({ due: 0, in_time: 0 })]).toEqual([0.75, null])
  })
})
