import { describe, expect, it } from 'vitest'
import type { PlacardCoverage } from '@/shared/api/contract'
import { placardTone, summed, usualSize, whatIsWrong } from './placard'

describe('a placard', () => {
  it('that is wrong is due until its day has passed', () => {
    const tone = (standing: string, late = false) => placardTone({ standing, late })
    expect([tone('current'), tone('to_post'), tone('changed'), tone('changed', true), tone('photo_old'), tone('void')]).toEqual(['done', 'todo', 'due', 'late', 'due', 'na'])
  })

  it('says on the walking list who goes, who comes and what is said otherwise', () => {
    const say = (key: string, names: string) => `${key}:${names}`
    expect(whatIsWrong({ gone: ['甲（书记）'], come: ['乙（书记）', '丙（组长）'], otherwise: ['丁 的办公电话现为 1'] }, say)).toEqual(['goes:甲（书记）', 'comes:乙（书记）、丙（组长）', '丁 的办公电话现为 1'])
    expect(whatIsWrong({ gone: [], come: [], otherwise: [] }, say)).toEqual([])
  })

  it('is as large as what reads it', () => {
    expect(['village', 'group', 'unit'].map(usualSize)).toEqual(['a3', 'a4', 'door'])
  })

  it('counts for its village, and the villages for the town', () => {
    const row = (total: number, current: number, roster: boolean): PlacardCoverage => ({ village: { id: '', name: '' }, total, current, stale: total - current, to_post: 0, roster })
    expect(summed([row(3, 2, true), row(2, 0, false)])).toEqual({ total: 5, current: 2, villages: 2, rosters: 1 })
    expect(summed([])).toEqual({ total: 0, current: 0, villages: 0, rosters: 0 })
  })
})
