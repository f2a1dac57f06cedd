import { spot } from '@/shared/formats'
import type { SitingSpot, SitingView } from '@/shared/api/contract'
import type { MapFeature, MapLayer } from '@/shared/map/types'

export const asksSites = (model: string): boolean => model !== 'lscp'
export const needsRadius = (model: string): boolean => model === 'lscp' || model === 'mclp'

/** What is wrong with a line of candidates, by its word; the line as people count lines. */
export interface WrongLine { line: number; text: string; wrong: 'parts' | 'name' | 'number' | 'place' }

/** Candidates typed as `name, longitude, latitude` a line, with `*` before a name that is chosen in any case; or the first line that is none. */
export function typedSpots(text: string): SitingSpot[] | WrongLine {
  const found: SitingSpot[] = []
  for (const [n, whole] of text.split('\n').entries()) {
    const line = whole.trim()
    if (!line) continue
    const parts = line.split(/[,，\t]/).map((one) => one.trim())
    const [name = '', east = '', north = ''] = parts
    const [lon, lat] = [Number(east || NaN), Number(north || NaN)]
    const wrong = parts.length !== 3 ? 'parts' : !name.replace(/^\*/, '').trim() ? 'name' : !Number.isFinite(lon) || !Number.isFinite(lat) ? 'number' : Math.abs(lon) > 180 || Math.abs(lat) > 90 ? 'place' : null
    if (wrong) return { line: n + 1, text: line, wrong }
    found.push({ name: name.replace(/^\*\s*/, ''), lon, lat, fixed: name.startsWith('*') })
  }
  return found
}

/** Candidates as they are typed. */
export const asTyped = (spots: SitingSpot[]): string => spots.map((one) => `${one.fixed ? '*' : ''}${one.name}, ${spot(one)}`).join('\n')

/** A distance as people say it: metres, or seconds when it was measured by time. */
export function far(distance: number, measure: string): string {
  if (measure === 'road_time') return `${(distance / 60).toFixed(1)} min`
  return distance >= 1000 ? `${(distance / 1000).toFixed(2)} km` : `${Math.round(distance)} m`
}

/** Whether a radius is asked for and none of the candidates covers anything within it: every choice is as good as another, and none an answer. */
export const coversNobody = (view: Pick<SitingView, 'model' | 'found' | 'demands_n'>): boolean => !!view.found && needsRadius(view.model.code) && view.demands_n > 0 && view.found.uncovered_n >= view.demands_n

/** Chosen and other candidates, and what none of the chosen reaches. */
export function onMap(view: SitingView, words: { chosen: string; other: string; uncovered: string }): MapFeature[] {
  const point = (lon: number, lat: number) => ({ type: 'Point' as const, coordinates: [lon, lat] as [number, number] })
  return [
    ...view.uncovered.map((one) => ({ layer: 'siting', id: one.id, geometry: point(one.lon, one.lat), name: one.name, class: 'site_uncovered', class_label: words.uncovered, page: view.by_group ? '/roads/access' : `/places/${one.id}` })),
    ...view.candidates.map((one, n) => ({ layer: 'siting', id: `c${n}`, geometry: point(one.lon, one.lat), name: one.name, class: one.chosen ? 'site_chosen' : 'site_other', class_label: one.chosen ? words.chosen : words.other, page: `/siting/${view.id}` })),
  ]
}

/** What the signs of that map mean. */
export function sitingLegend(words: { title: string; chosen: string; other: string; uncovered: string }): MapLayer[] {
  const classes = [{ code: 'site_uncovered', label: words.uncovered }, { code: 'site_other', label: words.other }, { code: 'site_chosen', label: words.chosen }]
  return [{ id: 'siting', label: words.title, classes, bounds: null, n: 0, queryables: [] }]
}
