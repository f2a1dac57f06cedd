import { expect, it } from 'vitest'
import { count, day, instant, moment, percent, percentAtMost, provisional, recordedLater, setHolidaysTo, setToday, spot } from './formats'

it('says the year only when it is another', () => {
  setToday('2026-11-25')
  expect(day('2026-11-26')).toBe('11-26')
  expect(day('2025-01-02')).toBe('2025-01-02')
  expect(moment('2026-11-26T18:00:00+08:00')).toBe('11-26 18:00')
  expect(moment('2026-12-31T23:30:00Z')).toBe('2027-01-01 07:30')
  expect(day(null)).toBe('—')
})
it('writes instants on the clock of the town', () => {
  expect(instant(new Date('2026-11-25T16:00:05Z'))).toBe('2026-11-26T00:00:05+08:00')
})
it('tells what was recorded a while after it happened', () => {
  expect(recordedLater('2026-11-26T18:00:00+08:00', '2026-11-28T09:00:00+08:00')).toBe(true)
  expect(recordedLater('2026-11-26T18:00:00+08:00', '2026-11-26T18:09:59+08:00')).toBe(false)
})
it('never rounds a share up to the whole', () => {
  expect(percent(0.9999)).toBe('99.9%')
  expect(percent(2 / 3)).toBe('66.6%')
  expect([percent(0.895), percent(0.67555)]).toEqual(['89.5%', '67.5%'])
  expect(percent(0.00001)).toBe('0.1%')
  expect(percent(0)).toBe('0.0%')
  expect([percent(1), percent(1.2)]).toEqual(['100%', '100%'])
  expect([percentAtMost(0), percentAtMost(0.00001), percentAtMost(0.1), percentAtMost(0.1001)]).toEqual(['0.0%', '0.1%', '10.0%', '10.1%'])
  expect(percent(null)).toBe('—')
  expect(count(12345)).toBe('12,345')
})

it('a deadline behind the last holiday notice is provisional, none when nobody said which that is', () => {
  expect(provisional('2027-01-04')).toBe(false)
  setHolidaysTo(2026)
  expect(['2026-12-31', '2027-01-04', '2027-01-04T18:00:00+08:00', null].map((one) => provisional(one))).toEqual([false, true, true, false])
  setHolidaysTo(null)
  expect(provisional('2027-01-04')).toBe(false)
})

it('a position says no more than it knows', () => {
  expect(spot({ lon: 105.87, lat: 29.268900000000002 })).toBe('105.87, 29.2689')
})
