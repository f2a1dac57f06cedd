import { expect, test } from 'vitest'
import { figureText, reportTone } from './report'

test('a share is shown in per cent, a count with its unit, and nothing as a dash, never as nought', () => {
  expect(figureText({ value: 0.4567, unit: '%' })).toBe('45.6%')
  expect(figureText({ value: 12, unit: '处' })).toBe('12 处')
  expect(figureText({ value: null, unit: '%' })).toBe('—')
  expect(figureText({ value: 0, unit: '处' })).toBe('0 处')
})

test('what waits for a signature stands out from what is done', () => {
  expect(['draft', 'submitted', 'issued', 'void'].map(reportTone)).toEqual(['doing', 'due', 'done', 'na'])
})
