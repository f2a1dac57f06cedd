import type { Day, HazardRow, Instant, Named, PhotoView, PlanRow, TaskRow, Word } from './contract'

// ── fulfilment

export interface Tally {
  due: number
  met: number
  late: number
  partial: number
  unmet: number
  open: number
  ahead: number
  not_due: number
  waived: number
  not_applicable: number
  no_data: number
  total: number
  ratio: number | null
}
export interface VillageTally { village: Named; tally: Tally }
export interface ClauseRow {
  code: string
  label: string
  title: string
  section: string
  section_label: string
  absent: boolean
  note: string | null
  who: string[]
  duties_n: number
  tally: Tally
  villages: VillageTally[]
  trend: { month: string; ratio: number | null }[]
}
export interface BoardView {
  as_of: Day
  from: Day
  to: Day
  plan: { code: string; title: string; notice_no: string }
  clauses: ClauseRow[]
  whole: Tally
  villages: VillageTally[]
}
export interface ClauseQuote { title: string; text: string; start: number; end: number }
export interface DutyParameter { name: string; label?: string; value: Value; unit: string; basis: string; basis_label: string; from: Day }
export interface DutyRow {
  id: string
  title: string
  who: string[]
  period_label: string
  basis: string
  basis_label: string
  measure: string
  evidence: Word[]
  informational: boolean
  available: boolean
  weight: number
  tally: Tally
  note: string | null
  parameters: DutyParameter[]
}
export interface ClauseView { clause: ClauseRow; quote: ClauseQuote | null; duties: DutyRow[] }
export interface OccurrenceSubject {
  kind: string
  kind_label: string
  id: string
  name: string
  village: Named | null
  href: string | null
}
export interface Occurrence {
  subject: OccurrenceSubject
  window: { key: string; label: string; from: Day; to: Day; due_on: Day }
  status: string
  status_label: string
  done: number
  needed: number
}
export interface DutyView {
  duty: DutyRow
  clause: Named
  quote: ClauseQuote | null
  occurrences: { items: Occurrence[]; next: string | null; total: number }
}
export interface EvidenceRow {
  kind: string
  kind_label: string
  id: string
  title: string
  happened_on: Day
  recorded_on: Day
  href: string | null
  photos: PhotoView[]
}
export interface EvidenceView { items: EvidenceRow[]; why: string }
export interface LeaderView {
  as_of: Day
  period_label: string
  decisions: { kind: string; title: string; detail: string; href: string; severity: string }[]
  numbers: {
    code: string
    label: string
    value: number | null
    of: number | null
    unit: string
    note: string
    href: string
    tone: string
  }[]
  villages: {
    village: Named
    listed: number
    inspected: number
    open_hazards: number
    overdue: number
    closed_in_time: number
    closed: number
    tally: Tally
  }[]
  weekly: { from: Day; inspections: number; found: number; closed: number }[]
}
export interface WorkbenchView {
  counts: { code: string; label: string; n: number; tone: string; href: string }[]
  today: TaskRow[]
  overdue_tasks: TaskRow[]
  hazards_due: HazardRow[]
  rechecks: HazardRow[]
  to_confirm: HazardRow[]
  plans: PlanRow[]
  returned: TaskRow[]
}
/** A number, a word or yes and no. */
export type Value = number | string | boolean
export interface ParameterView {
  name: string
  label: string
  value: Value
  unit: string
  basis: string
  basis_label: string
  source: string
  from: Day
  history: { value: Value; from: Day; state: string; reason: string; by: string }[]
  pending: { id: string; value: Value; from: Day; reason: string; proposed_by: string; version: number } | null
  used_by: string[]
  actions: string[]
}
export interface ParameterPreview { changes: { duty: string; title: string; before: Tally; after: Tally }[] }
export interface WaiverView {
  id: string
  duty: string
  duty_title: string
  /** None: every subject of the duty. */
  subject: OccurrenceSubject | null
  from: Day
  to: Day | null
  kind: string
  kind_label: string
  reason: string
  recorded_by: string
  recorded_at: Instant
  voided: boolean
  void?: { at: Instant; reason: string } | null
  version: number
  actions: string[]
}
export interface WaiverInput {
  duty: string
  subject_kind?: string | null
  subject?: string | null
  from: Day
  to: Day | null
  kind: string
  reason: string
}
export interface NoticeView {
  title: string
  body: string
  /** Where clauses stand, in UTF-16 units as JavaScript counts. */
  spans: { clause: string; start: number; end: number }[]
  recorded_at: Instant
  recorded_by: string
  version: number
}
