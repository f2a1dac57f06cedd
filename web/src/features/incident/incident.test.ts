import { describe, expect, it } from 'vitest'
import type { CandidateView } from '@/shared/api/contract'
import { elapsed, incidentTone, nextStep, proven, quickest, unheard } from './incident'

const row = (code: string, live = true, heard = true) => ({ id: code, stage: { code, label: code }, live, acknowledged: heard ? { at: '', by: { id: 'p', name: 'p' } } : null })

describe('the duty screen', () => {
  it('sounds once for each alarm nobody has heard', () => {
    const rows = [row('open', true, false), row('real')]
    expect(unheard(rows, new Set())).toEqual(['open'])
    expect(unheard(rows, new Set(['open']))).toEqual([])
  })
  it('sounds again when somebody vouches for what was put aside', () => {
    const doubted = new Set<string>()
    const rows = (trusted: boolean) => [{ id: 'a', trusted }, { id: 'b', trusted: true }]
    expect(proven(rows(false), doubted)).toEqual([])
    expect(proven(rows(true), doubted)).toEqual(['a'])
    expect(proven(rows(true), doubted)).toEqual([])
  })
  it('lets what nobody heard or what burns stand out', () => {
    expect(incidentTone(row('open', true, false))).toBe('late')
    expect(incidentTone(row('verifying'))).toBe('due')
    expect(incidentTone(row('responding'))).toBe('late')
    expect(incidentTone(row('controlled'))).toBe('doing')
    expect(incidentTone(row('closed', false))).toBe('done')
    expect(incidentTone(row('false_alarm', false))).toBe('na')
  })
  it('counts from the alarm', () => {
    const from = '2026-09-21T02:00:00+08:00'
    const at = (s: number) => Date.parse(from) + s * 1000
    expect([elapsed(from, at(0)), elapsed(from, at(205)), elapsed(from, at(3729)), elapsed(from, at(-1))]).toEqual(['0:00', '3:25', '1:02:09', ''])
  })
  it('asks for 119 before anything else but hearing it', () => {
    const all = ['judge', 'tell_119', 'dispatch', 'controlled']
    expect(nextStep(all, true)).toBe('tell_119')
    expect(nextStep(all, false)).toBe('judge')
    expect(nextStep(['tell_119'], false)).toBeUndefined()
    expect(nextStep(['acknowledge', ...all], true)).toBe('acknowledge')
  })
  it('knows who is there first', () => {
    const one = (id: string, minutes: number | null) => ({ person: { id, name: id }, minutes }) as CandidateView
    expect(quickest([one('a', null), one('b', 4), one('c', 3.5), one('d', 3.5)])?.person.id).toBe('c')
    expect(quickest([one('a', null)])?.person.id).toBe('a')
    expect(quickest([])).toBeUndefined()
  })
})
