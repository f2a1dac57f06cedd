import { expect, it } from 'vitest'
import { datesOf } from './dates'

it('takes dates as people write them and leaves to the server what is none', () => {
  expect(datesOf('2027-02-06，2027/2/20')).toEqual(['2027-02-06', '2027-02-20'])
  expect(datesOf(' 2027年2月6日、 2027.10.9 ')).toEqual(['2027-02-06', '2027-10-09'])
  expect(datesOf('二月')).toEqual(['二月'])
  expect(datesOf('')).toEqual([])
})
