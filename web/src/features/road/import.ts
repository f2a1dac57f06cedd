import type { RoadImport } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** The largest file the server takes. Units: bytes. */
export const MOST_FILE = 512 * 1024 * 1024

/** The files that are read, as the program reads them: surveys and maps of roads. */
export const ACCEPTED = '.geojson,.json,.kml,.gpkg,.csv,.xlsx,.xls,.ods,.osm,.gz,.bz2,.pbf'

/** What somebody says of a row that runs along stretches on record: the same road measured again, or another. */
export type Decision = 'same' | 'new'

/** How many of the rows that wait for a decision have one. */
export function decidedRows(report: Pick<RoadImport, 'questions'>, decisions: Record<string, Decision>): number {
  return report.questions.filter((one) => decisions[String(one.row)]).length
}

const MAP_OUTSIDE = 'road.map_outside'

/** What a row of a file does, as a tone: what contradicts a measurement wants a look. */
export function importTone(what: string): Tone {
  return what === 'conflict' ? 'due' : what === 'changed' ? 'doing' : 'done'
}

/** What of a tried file lies far away from the town: so many rows, or the map itself, which is told first. */
export function outside(report: Pick<RoadImport, 'problems' | 'outside_n'>): { rows: number; map: boolean } {
  return { rows: report.outside_n, map: report.problems.some((one) => one.code === MAP_OUTSIDE) }
}

type Part = { n: number; named: RoadImport['problems'] }
/** What a file does not bring in, and what it does though it lies far away: nothing, unless somebody takes that, too. */
export function sorted(report: Pick<RoadImport, 'problems' | 'problems_n' | 'outside_n'>, outsideOk: boolean): { left: Part; far: Part } {
  const isFar = (one: RoadImport['problems'][number]): boolean => outsideOk && (one.code === 'road.outside' || one.code === MAP_OUTSIDE)
  const n = outsideOk ? report.outside_n + (outside(report).map ? 1 : 0) : 0
  return { left: { n: report.problems_n - n, named: report.problems.filter((one) => !isFar(one)) }, far: { n, named: report.problems.filter(isFar) } }
}
