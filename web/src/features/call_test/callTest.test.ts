import { expect, test } from 'vitest'
import { outcomeTone } from './callTest'

test('nobody answering is worse than answering late', () => {
  expect(['in_time', 'waiting', 'late', 'silent', 'nobody'].map(outcomeTone)).toEqual(['done', 'doing', 'due', 'late', 'late'])
})
