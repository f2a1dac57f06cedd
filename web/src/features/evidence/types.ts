import type { Day, Instant, Named, PhotoView, Word } from '../../shared/api/contract'

export interface SubjectName { kind: string; kind_label: string; id: string; name: string }
export interface EvidenceLine {
  id: string
  code: string
  kind: string
  kind_label: string
  title: string
  number: string
  happened_on: Day
  until: Day | null
  recorded_at: Instant
  recorded_by: Named
  org: Named
  territory: Named
  state: 'submitted' | 'accepted' | 'rejected' | 'void'
  state_label: string
  decided_by: Named | null
  decided_at: Instant | null
  reason: string | null
  duties: Word[]
  photos_n: number
  files_n: number
  same_picture: boolean
  edition: number
  version: number
  actions: string[]
}
export interface EvidenceListPage { items: EvidenceLine[]; total: number; next: string | null }
export interface Attachment { id: string; name: string; media_type: string; size_bytes: number; sha256: string }
export interface ClaimView { duty: string; duty_title: string; need: string; need_label: string; choice: string | null; subject: SubjectName }
export interface EvidenceFull extends EvidenceLine {
  text: string
  post: Named | null
  photos: PhotoView[]
  files: Attachment[]
  claims: ClaimView[]
  history: { kind: string; kind_label: string; by: Named; at: Instant; reason: string | null; title: string | null; text: string | null }[]
  same_pictures: { photo: string; object_kind: string; object_id: string | null; recorded_at: Instant; earlier: boolean }[]
}
export interface NeedOption { key: string; label: string; kind: string; kind_label: string; held: boolean; is_trigger: boolean; choices: Word[] }
export interface CaseOption { subject: SubjectName; window: string; from: Day; to: Day; status: string; status_label: string; done: number; needed: number; waiting: number }
export interface DutyOption { duty: string; title: string; clause: Named; needs: NeedOption[]; missing_n: number; cases: CaseOption[]; subjects: SubjectName[] }
export interface EvidenceOptions { items: DutyOption[]; kinds: Word[]; orgs: Named[]; territories: Named[]; today: Day }
/** A claim as the form keeps it. */
export interface Claim { duty: string; need: string; choice: string | null; subject_kind: string; subject: string }
