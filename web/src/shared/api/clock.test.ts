import { expect, it } from 'vitest'
import { learnClock, serverNow } from './clock'

it('counts by the server, not by a device whose clock is off', () => {
  const off = (): number => Math.round((serverNow() - Date.now()) / 100) * 100
  learnClock(-400)
  expect(off(), 'the delay of the network is no fault of the clock').toBe(0)
  learnClock(120_000)
  expect(off()).toBe(120_500)
  learnClock(121_000)
  expect(off(), 'a second more or less is the header').toBe(120_500)
  learnClock(-300)
  expect(off(), 'somebody set the clock right').toBe(0)
})
