import { describe, expect, it } from 'vitest'
import { clockOff, signalTone } from './signal'

describe('signals', () => {
  it('an alarm stands out from a fault, a fault from the rest', () => {
    const tone = (code: string, alarm = false) => signalTone({ alarm, kind: { code, label: '' } })
    expect([tone('smoke', true), tone('main_power'), tone('restored'), tone('info')]).toEqual(['late', 'due', 'done', 'na'])
  })
  it('a clock is off only when it is', () => {
    expect([5, -40, 600, -10_800, 172_800].map(clockOff)).toEqual([null, [40, 's'], [10, 'min'], [3, 'h'], [2, 'd']])
  })
})
