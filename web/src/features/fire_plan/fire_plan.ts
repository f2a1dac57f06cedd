import type { FirePlanItem, FirePlanItemInput, FirePlanPair, FirePlanRow } from '@/shared/api/contract'
import type { Geometry, MapFeature, MapLayer } from '@/shared/map/types'
import type { Tone } from '@/shared/ui/tone'

/** How a version stands. */
export function planTone(row: Pick<FirePlanRow, 'stage' | 'voided'>): Tone {
  if (row.voided || row.stage.code === 'superseded') return 'na'
  if (row.stage.code === 'in_force') return 'done'
  return row.stage.code === 'draft' ? 'todo' : 'doing'
}

/** An item as it is sent back. */
export const sent = (item: FirePlanItem): FirePlanItemInput => ({
  id: item.id, kind: item.kind.code, name: item.name, village: item.village.id, year: item.year, shape: item.shape, status: item.status.code,
  facility: item.facility?.id ?? null, force: item.force?.id ?? null, article: item.article, note: item.note,
} as FirePlanItemInput)

/** Items that have a place, for the map; `said` names the class of each on that layer. */
export function onMap(items: FirePlanItem[], page: string, layer: string, said: (item: FirePlanItem) => { code: string; label: string }): MapFeature[] {
  return items.filter((item) => item.shape).map((item) => {
    const word = said(item)
    return { layer, id: item.id, geometry: item.shape as unknown as Geometry, name: item.name, class: word.code, class_label: word.label, page, village: item.village.name }
  })
}

/** What the signs of a map of items mean. */
export const planLegend = (id: string, label: string, classes: { code: string; label: string }[]): MapLayer[] => [{ id, label, classes, bounds: null, n: 0, queryables: [] }]

/** Pairs that differ, on the map: what goes where it was, everything else where it will be. */
export function differenceOnMap(pairs: FirePlanPair[], page: string, label: (change: string) => string): MapFeature[] {
  return pairs.filter((pair) => pair.change !== 'same').flatMap((pair) => {
    const item = pair.after ?? pair.before
    return item ? onMap([item], page, 'plan_changes', () => ({ code: `plan_${pair.change}`, label: label(pair.change) })) : []
  })
}

/** Items counted by kind and by how they stand, in the order the plan names them. */
export function counted(items: FirePlanItem[]): { kind: string; label: string; planned: number; built: number; retired: number }[] {
  const rows = new Map<string, { kind: string; label: string; planned: number; built: number; retired: number }>()
  for (const item of items) {
    const row = rows.get(item.kind.code) ?? { kind: item.kind.code, label: item.kind.label, planned: 0, built: 0, retired: 0 }
    if (item.status.code === 'built') row.built += 1
    else if (item.status.code === 'retired') row.retired += 1
    else row.planned += 1
    rows.set(item.kind.code, row)
  }
  return [...rows.values()]
}
