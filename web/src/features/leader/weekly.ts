// The option of the weekly chart: bars from zero, one colour family, no gradient, the words of the page.
import type { LeaderView } from '@/shared/api/contract'

export interface Palette { font: string; ink3: string; line: string; line2: string; pale: string; deep: string; amber: string }
export interface Words { found: string; closed: string; inspections: string; description: string }

/** A round top for the axis, so that twelve weeks of ones and twos do not look like a crisis. */
export function topOf(values: number[]): number {
  const most = Math.max(0, ...values)
  if (most <= 5) return 5
  const step = most <= 20 ? 5 : most <= 100 ? 20 : 10 ** Math.floor(Math.log10(most))
  return Math.ceil(most / step) * step
}

/** `9-7` of `2026-09-07`. */
export const weekLabel = (from: string): string => `${Number(from.slice(5, 7))}-${Number(from.slice(8, 10))}`

export function weeklyOption(weekly: LeaderView['weekly'], colours: Palette, words: Words, fontSize: number): Record<string, unknown> {
  const label = { color: colours.ink3, fontSize, fontFamily: colours.font }
  const bar = { type: 'bar' as const, barMaxWidth: 12, barGap: '20%' }
  return {
    aria: { enabled: true, label: { description: words.description } },
    animation: false,
    textStyle: { fontFamily: colours.font },
    grid: { left: 30, right: 6, top: 12, bottom: 22 },
    tooltip: { trigger: 'axis' },
    xAxis: {
      type: 'category',
      data: weekly.map((one) => weekLabel(one.from)),
      axisTick: { show: false },
      axisLine: { lineStyle: { color: colours.line2 } },
      axisLabel: { ...label, interval: 'auto', hideOverlap: true },
    },
    yAxis: {
      type: 'value',
      min: 0,
      max: topOf(weekly.flatMap((one) => [one.found, one.closed])),
      minInterval: 1,
      axisLabel: label,
      splitLine: { lineStyle: { color: colours.line } },
    },
    series: [
      { ...bar, name: words.found, data: weekly.map((one) => one.found), itemStyle: { color: colours.pale, borderRadius: [2, 2, 0, 0] } },
      { ...bar, name: words.closed, data: weekly.map((one) => one.closed), itemStyle: { color: colours.deep, borderRadius: [2, 2, 0, 0] } },
    ],
  }
}
