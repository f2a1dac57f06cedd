import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import zh from '../locales/zh-CN.json'
import en from '../locales/en.json'
import laterZh from '../../m/later/locales/zh-CN.json'
import laterEn from '../../m/later/locales/en.json'
import unitZh from '../../p/locales/zh-CN.json'
import unitEn from '../../p/locales/en.json'
import Measure from './Measure.vue'

const KINDS = ['advice', 'order', 'organ_notice', 'penalty'] as const
const SRC = join(__dirname, '../..')

describe('advice, order and penalty', () => {
  it('differ in mark, frame and sentence, not in colour alone', () => {
    const seen = KINDS.map((kind) => mount(Measure, { props: { kind, word: kind, force: zh.force[kind] }, slots: { default: '<p>清理通道</p>' } }))
    expect(new Set(seen.map((one) => one.find('path').attributes('d'))).size).toBe(KINDS.length)
    expect(seen.map((one) => one.classes())).toEqual(KINDS.map((kind) => ['msr', kind]))
    expect(seen.map((one) => one.find('small').text())).toEqual(KINDS.map((kind) => zh.force[kind]))
    for (const one of seen) expect(one.text()).toContain('清理通道')
    // Each has a border of its own, on paper as well: by style and width, not by colour.
    const style = readFileSync(join(__dirname, 'Measure.vue'), 'utf8')
    const border = (kind: string): string => new RegExp(`^\\.msr\\.${kind}[,{].*?(border[^}]*)}`, 'm').exec(style)?.[1]?.replace(/var\([^)]*\)/g, '') ?? ''
    const borders = ['advice', 'order', 'penalty'].map(border)
    expect(borders.every(Boolean)).toBe(true)
    expect(new Set(borders).size).toBe(3)
  })

  it('in a list still carry mark and word', () => {
    const one = mount(Measure, { props: { kind: 'order', word: '责令改正', force: 'x', brief: true } })
    expect(one.find('svg').exists()).toBe(true)
    expect(one.text()).toBe('责令改正')
  })

  it('say what they bind to in words of their own', () => {
    expect(zh.force.advice).toMatch(/没有强制力/)
    expect(zh.force.advice).not.toMatch(/责令|命令|处罚/)
    expect(zh.force.order).toMatch(/命令/)
    expect(zh.force.penalty).toMatch(/复议/)
    expect(new Set(KINDS.map((kind) => en.force[kind])).size).toBe(KINDS.length)
  })

  it('say the same at the desk, on the phone and to the unit', () => {
    for (const kind of ['advice', 'order', 'organ_notice'] as const) {
      expect([laterZh.recheck.force[kind], unitZh[`force.${kind}`]]).toEqual([zh.force[kind], zh.force[kind]])
      expect([laterEn.recheck.force[kind], unitEn[`force.${kind}`]]).toEqual([en.force[kind], en.force[kind]])
    }
  })

  it.each(['features/hazard/HazardPage.vue', 'features/hazard/HazardList.vue', 'features/hazard/LinkSheet.vue', 'features/enforcement/CasePage.vue', 'm/Recheck.vue', 'p/App.vue'])('%s shows it this way', (page) => {
    const text = readFileSync(join(SRC, page), 'utf8')
    expect(text).toContain('<Measure ')
    expect(text.match(/\.measure_text/g)?.length ?? 0).toBeLessThanOrEqual(2)
  })
})
