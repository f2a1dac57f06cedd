import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { facts } from './decisions'
import en from './locales/en.json'

it('numbers and names of a decision are found in its sentences', () => {
  expect(facts({ kind: 'major', title: '重大或疑似重大隐患 5 处未销案', detail: '请逐处过问整改和移送进展' })).toEqual({ n: '5' })
  expect(facts({ kind: 'overdue', title: '逾期未整改隐患 8 处', detail: '最长已逾期 56 天，场镇最多（4 处）' })).toEqual({ n: '8', days: '56', village: '场镇', most: '4' })
  expect(facts({ kind: 'overdue', title: '逾期未整改隐患 8 处', detail: '最长已逾期 56 天' })).toMatchObject({ n: '8', days: '56', village: '—' })
  expect(facts({ kind: 'parameter', title: '镇定参数调整 2 项待审定', detail: '审定后自生效日起执行，可先预览对台账的影响' })).toEqual({ n: '2' })
  expect(facts({ kind: 'village', title: '场镇列管 70 家，本季度还有 52 家未检查', detail: '请督促该村（社区）按计划检查' })).toEqual({ village: '场镇', listed: '70', left: '52' })
  expect(facts({ kind: 'clause', title: '“公共消防设施”落实度 12.5 %，为各条最低', detail: '责任主体：规建办、各村' })).toEqual({ clause: '公共消防设施', ratio: '12.5', who: '规建办、各村' })
  expect(facts({ kind: 'other', title: '别的', detail: '' })).toBeNull()
})

it('every decision the program makes can be said in English', () => {
  const kinds = [...readFileSync(join(__dirname, '../../../../crates/app/src/leader.rs'), 'utf8').matchAll(/kind: "(\w+)"/g)].map((m) => m[1])
  expect(kinds.length).toBeGreaterThan(3)
  expect(kinds.filter((kind = '') => !Object.keys(en.decision).includes(kind))).toEqual([])
})
