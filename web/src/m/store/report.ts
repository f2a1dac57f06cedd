// What a report of a hazard still lacks, so that its page can mark each of it and lead to the first.

import type { HazardCode, Place, SeenPlace } from './types'

/** The report as it is filled in. */
export interface ReportForm {
  id: string
  photos: string[]
  category: string
  code: string
  place: Place | null
  /** The spot where it is in no list. */
  seen: SeenPlace | null
  words: string
  when: string
}
/** A part of the page; its element has the id `r-…`. */
export type Lack = 'photo' | 'type' | 'exact' | 'place' | 'seen' | 'village' | 'kind' | 'when'

/** In the order of the page. `now` is the minute by the phone's clock, as an input writes it. */
export function lacksOf(form: ReportForm, codes: HazardCode[], now: string): Lack[] {
  const spot = form.seen
  const lacks: [Lack, boolean][] = [
    ['photo', !form.photos.length],
    ['type', !form.category],
    ['exact', !!form.category && !codes.some((one) => one.code === form.code)],
    ['place', !spot && !form.place],
    ['seen', !!spot && !spot.name.trim()],
    ['village', !!spot && !spot.village],
    ['kind', !!spot && !spot.category],
    ['when', !!form.when && (form.when > now || form.when < '2023')],
  ]
  return lacks.filter(([, is]) => is).map(([part]) => part)
}
