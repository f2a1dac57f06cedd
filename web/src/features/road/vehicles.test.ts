import { mount } from '@vue/test-utils'
import { expect, it } from 'vitest'
import { createI18n } from 'vue-i18n'
import shared from '@/shared/locales/zh-CN.json'
import type { VehicleNeeds as Needs } from '@/shared/api/contract'
import road from './locales/zh-CN.json'
import VehicleNeeds from './VehicleNeeds.vue'

const plugins = [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared, road } } })]
const need = (limit: string, value: number | null, standard: boolean, source: string) => ({ limit, label: '', unit: '', value, standard, source })
const engine: Needs = {
  vehicle: { code: 'engine', label: '' },
  needs: [need('width', 4, true, 'GB 50016 7.1.8'), need('load', null, false, '按实际车型')],
  speeds: [{ kmh: 80, roads: [{ code: 'motorway', label: '' }] }, { kmh: 15, roads: [{ code: 'service', label: '' }, { code: 'track', label: '' }] }],
}

it('every number of a vehicle says whether a standard gives it or the town', () => {
  const rows = mount(VehicleNeeds, { props: { vehicles: [engine] }, global: { plugins } }).findAll('tbody tr').map((row) => row.findAll('td').map((cell) => cell.text()))
  expect(rows.map((row) => row[2])).toEqual(['4 m', '本镇未设定', '80 km/h', '15 km/h'])
  expect(rows.map((row) => row[3])).toEqual(['标准 GB 50016 7.1.8', '镇街参数 按实际车型', '镇街参数', '镇街参数'])
  expect(rows[3]?.[1]).toBe('车速：内部道路、机耕道')
})
