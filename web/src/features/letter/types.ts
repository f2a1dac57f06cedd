import type { Day, Instant, Named, PhotoView, Word } from '../../shared/api/contract'
import type { Attachment } from '../evidence/types'

export interface LetterView {
  id: string
  post: Named
  role: string
  role_label: string
  org: Named
  territory: Named
  signer: Named
  number: string
  counterpart: string
  signed_on: Day
  from: Day
  until: Day
  left_on: Day | null
  standing: string
  standing_label: string
  duties: Word[]
  indicators: string[]
  photos: PhotoView[]
  files: Attachment[]
  recorded_by: Named
  recorded_at: Instant
  void: { at: Instant; reason: string } | null
  version: number
  actions: string[]
}
export interface LetterPost {
  post: Named
  role: string
  role_label: string
  org: Named
  territory: Named
  holder: Named | null
  since: Day | null
  letter: string | null
  until: Day | null
  standing: string
  standing_label: string
  duties: Word[]
}
export interface LetterPage { posts: LetterPost[]; items: LetterView[]; may_sign: boolean }
export interface Statement {
  post: Named
  role: string
  role_label: string
  org: Named
  territory: Named
  year: number
  as_of: Day
  record_no: number
  holders: { person: Named; from: Day; to: Day | null; acting: boolean }[]
  letters: LetterView[]
  duties: {
    duty: string
    title: string
    clause: Named
    due: number
    met: number
    late: number
    partial: number
    unmet: number
    ratio: number | null
    has_data: boolean
    evidence: { id: string; code: string; kind: string; kind_label: string; title: string; happened_on: Day }[]
    evidence_n: number
  }[]
  work: { kind: Word; n: number }[]
}
