import { describe, expect, it } from 'vitest'
import { dayIn, isClaimed, needsFor, sized, toggled } from './claims'
import type { Claim, DutyOption, NeedOption } from './types'

const claim = (duty: string, subject: string, choice: string | null = null): Claim => ({ duty, need: 'activity.held', choice, subject_kind: 'village', subject })
const need = (key: string, is_trigger: boolean): NeedOption => ({ key, label: key, kind: 'document', kind_label: '', held: false, is_trigger, choices: [] })

describe('claims of one record', () => {
  it('claims nothing twice, whatever kind was chosen', () => {
    const once = toggled([], claim('C8.11', 'v1'))
    expect(toggled(once, claim('C8.11', 'v2'))).toHaveLength(2)
    expect(toggled(once, claim('C8.11', 'v1', 'entry:rural'))).toEqual([])
    expect(isClaimed(once, claim('C8.11', 'v1'))).toBe(true)
    expect(isClaimed(once, claim('C9.4', 'v1'))).toBe(false)
  })
  it('keeps what sets a duty off apart from what fulfils it', () => {
    const option = { needs: [need('incident.recorded[notable]', true), need('bulletin.issued', false)] } as DutyOption
    expect(needsFor(option, true).map((one) => one.key)).toEqual(['incident.recorded[notable]'])
    expect(needsFor(option, false).map((one) => one.key)).toEqual(['bulletin.issued'])
  })
  it('proposes a day within the window that is not in the future', () => {
    expect(dayIn('2026-08-01', '2026-08-31', '2026-09-21')).toBe('2026-08-31')
    expect(dayIn('2026-09-01', '2026-09-30', '2026-09-21')).toBe('2026-09-21')
    expect(dayIn('2026-10-01', '2026-10-31', '2026-09-21')).toBe('2026-09-21')
  })
  it('says sizes as people do', () => {
    expect([sized(10), sized(300_000), sized(2_500_000)]).toEqual(['1 KB', '293 KB', '2.4 MB'])
  })
})
