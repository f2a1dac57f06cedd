import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { COUNTED } from './counted'

const ROOT = join(__dirname, '../../../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
const FOLDER = 'crates/store/src/fulfilment'
/** Tables whose changes are told under another name. */
const TOLD_AS: Record<string, string> = {
  hazard_event: 'hazard', whistle_event: 'whistle', stop_use_event: 'stop_use', road_event: 'road', facility_event: 'facility',
  fire_plan_event: 'fire_plan', device_span: 'device', force_patrol: 'patrol', gate_exemption: 'gate', call_station: 'call_test',
  training_session: 'training', incident_event: 'incident', attendance: 'training', house: 'place', house_check: 'place', audit: 'inspection', inspection_signature: 'inspection',
}

it('every table the figures are read from is listened to', () => {
  const sources = readdirSync(join(ROOT, FOLDER)).map((name) => read(`${FOLDER}/${name}`)).join('\n')
  const tables = [...new Set([...sources.matchAll(/\b(?:FROM|JOIN) ([a-z_]+)\b/g)].map((m) => m[1] ?? ''))]
  expect(tables.length).toBeGreaterThan(30)
  expect(tables.map((table) => TOLD_AS[table] ?? table).filter((kind) => !COUNTED.includes(kind))).toEqual([])
})

it('nothing is listened to that nobody is told of', () => {
  const rights = read('crates/app/src/event.rs').split('fn right(')[1]?.split('\n}\n')[0] ?? ''
  const told = new Set([...rights.matchAll(/"([a-z_]+)"/g)].map((m) => m[1]))
  expect(COUNTED.filter((kind) => !told.has(kind))).toEqual([])
})
