import { expect, it } from 'vitest'
import { handoverTone } from './tone'

it('a sheet nobody signed asks for something, one that is done does not', () => {
  expect(['drafted', 'given', 'done', 'voided'].map((state) => handoverTone({ state }))).toEqual(['due', 'doing', 'done', 'na'])
})
