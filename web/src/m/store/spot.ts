// What a penalty on the spot still lacks, told where it is imposed: the server asks the same when it arrives, but then the
// paper is handed over. Source: 行政处罚法 (2021) arts. 42, 43, 44, 45, 51, 52, 55, 68.

import type { CaseOptions } from '@/shared/api/contract'

/** Most that may be imposed on the spot. Units: fen. Source: art. 51. */
export const LIMITS = { citizen: 20_000, organisation: 300_000 }
/** Most that is taken on the spot without another reason. Units: fen. Source: art. 68. */
const TAKEN_FEN = 10_000

export interface Spot {
  item: string; colleague: string; party: string; kind: string; age: string; cause: string; text: string; penalty: string; no: string; paid: string
  showed: boolean; heard: boolean; unrelated: boolean
  /** None where what was typed is no amount. Units: fen. */
  fine_fen: number | null
}
export type Gate = 'offline' | 'own' | 'item' | 'expired' | 'range' | 'colleague' | 'lacks' | 'related' | 'party' | 'minor' | 'facts' | 'shown' | 'heard' | 'amount' | 'limit' | 'taken' | 'number'

/** Every rule that keeps it from being imposed, the first to mend first; `today` is the day it happens. */
export function gates(spot: Spot, law: CaseOptions | null, today: string): Gate[] {
  if (!law) return ['offline']
  const out: Gate[] = []
  const officer = (id: string) => law.officers.find((one) => one.person.id === id)
  const item = law.items.find((one) => one.id === spot.item)
  const ask = (gate: Gate, shut: boolean): void => void (shut && out.push(gate))
  const own = officer(law.me)
  ask('own', !own || !!own.lacks)
  ask('item', !item)
  ask('expired', !!item && (item.from > today || (item.to !== null && item.to < today)))
  ask('range', !!item && !item.range.kinds.includes(spot.penalty))
  const other = officer(spot.colleague)
  ask('colleague', !other || spot.colleague === law.me)
  ask('lacks', !!other?.lacks)
  ask('related', !spot.unrelated)
  ask('party', !spot.party.trim())
  ask('minor', spot.kind === 'citizen' && spot.age.trim() !== '' && Number(spot.age) < 14)
  ask('facts', !spot.cause.trim() || !spot.text.trim())
  ask('shown', !spot.showed)
  ask('heard', !spot.heard)
  if (spot.penalty === 'fine') {
    ask('amount', !spot.fine_fen)
    ask('limit', (spot.fine_fen ?? 0) > (spot.kind === 'citizen' ? LIMITS.citizen : LIMITS.organisation))
    ask('taken', spot.paid === 'spot_small' && (spot.fine_fen ?? 0) > TAKEN_FEN)
  }
  ask('number', !spot.no.trim())
  return out
}
