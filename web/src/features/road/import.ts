import type { RoadImport } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** The largest file the server takes. Units: bytes. */
export const MOST_FILE = 512 * 1024 * 1024

/** What a row of a file does, as a tone: what contradicts a measurement wants a look. */
export function importTone(what: string): Tone {
  return what === 'conflict' ? 'due' : what === 'changed' ? 'doing' : 'done'
}

/** What of a tried file lies far away from the town: so many rows, or the map itself, which is told first. */
export function outside(report: Pick<RoadImport, 'problems' | 'outside_n'>): { rows: number; map: boolean } {
  return { rows: report.outside_n, map: report.problems.some((one) => one.code === 'road.map_outside') }
}
