// The HTTP contract as TypeScript: the names are those of the schema in crates/api/openapi.json, the fields too.
// `Instant` is RFC 3339 with +08:00, `Day` is YYYY-MM-DD.

export type * from './contract-fulfilment'

export type Instant = string
export type Day = string

export interface Named { id: string; name: string }
export interface Word { code: string; label: string }
export interface Location { lon: number; lat: number }

/** A keyset page. `total` only where the server counts. */
export interface Page<T> { items: T[]; next: string | null; total: number | null }
export interface Items<T> { items: T[] }

export interface PhotoView {
  id: string
  sha256: string
  complete: boolean
  item: string | null
  role: string
  taken_at: Instant | null
  width: number
  height: number
}

// ── problems

export interface ProblemField { field: string; code: string; message: string }
export interface Problem {
  type: string
  status: number
  code: string
  title: string
  detail: string
  fields: ProblemField[]
  trace_id: string
  /** The row as it now stands, with `conflict.version`. */
  current?: unknown
  /** Bytes the server has, with `photo.offset`. */
  received?: number
}

// ── me, session, account

export interface Hat {
  id: string
  role: string
  role_label: string
  org: Named
  territory: { code: string; name: string; path: string }
  post_name: string
  from: Day
  to: Day | null
}
export interface Me {
  person: { id: string; login: string; name: string }
  town: string
  town_name: string
  demo: boolean
  server_time: Instant
  version: string
  totp_enabled: boolean
  must_change_password: boolean
  hats: Hat[]
  actions: string[]
  today: Day
}
export interface LoginInput { login: string; password: string; totp?: string; phone?: boolean }
export interface PasswordChange { old_password: string; new_password: string }
export interface TotpOffer { secret: string; uri: string }
export interface RecoveryCodes { recovery_codes: string[] }
export interface SessionView {
  id: string
  current: boolean
  kind: string
  created_at: Instant
  last_seen_at: Instant
  ip: string
  user_agent: string
}
export interface AccountView {
  login: string
  person: Named
  active: boolean
  totp_enabled: boolean
  must_change: boolean
  locked: boolean
}
export interface AccountInput { login: string; person: string; password: string }

// ── organisation

export interface Territory {
  code: string
  level: string
  level_label: string
  parent: string | null
  path: string
  name: string
  short_name: string
  kind: string
  aliases: string[]
  provisional: boolean
  version: number
}
export interface TerritoryInput {
  code: string
  level: string
  parent: string | null
  name: string
  short_name: string
  kind: string
  aliases: string[]
  provisional: boolean
  version?: number
}
export interface OrgView {
  id: string
  kind: string
  kind_label: string
  name: string
  short_name: string
  aliases: string[]
  relation: string
  relation_label: string
  /** The word by which a plan names it, as `org:police_station`; empty when no plan does. */
  label: string
  /** Code of its territory. */
  territory: string
  active: boolean
  version: number
  actions: string[]
}
export interface OrgInput {
  kind: string
  name: string
  label?: string
  short_name: string
  aliases: string[]
  relation: string
  territory: string
  active: boolean
  version?: number
}
export interface AssignmentView {
  id: string
  role: string
  role_label: string
  post: Named
  org: Named
  territory: Named
  acting: boolean
  from: Day
  to: Day | null
  basis: string
  valid: boolean
}
export interface PersonRow {
  id: string
  name: string
  phone_masked: string
  office_phone: string
  active: boolean
  login: string | null
  assignments: AssignmentView[]
  version: number
  actions: string[]
}
export interface PersonView extends PersonRow { past: AssignmentView[] }
export type PersonPage = Page<PersonRow>
/** A phone left out stays as it was. */
export interface PersonInput { name: string; phone: string | null; office_phone: string; active?: boolean; version?: number }
export interface PostHolder { person: Named; assignment: string; acting: boolean; from: Day; to: Day | null }
export interface PostView {
  id: string
  role: string
  role_label: string
  org: Named
  territory: Named
  name: string
  min_n: number
  max_n: number | null
  active: boolean
  holders: PostHolder[]
  missing: number
  beyond: number
}
export interface PostInput { role: string; org: string; territory: string; name: string; min_n: number; max_n: number | null }
export interface AssignmentInput { person: string; post: string; from: Day; to?: Day | null; acting: boolean; basis: string }
export interface AssignmentEnd { last_day: Day; basis: string }

// ── audit, jobs, events, search

export interface AuditRow {
  seq: number
  at: Instant
  happened_at: Instant
  actor_name: string
  action: string
  action_label: string
  object_kind: string
  object_kind_label: string
  object_id: string
  hat_label: string
  reason: string
  detail: unknown
  hash: string
  rows_n: number
}
export interface AuditPage { items: AuditRow[]; next: string | null }
export type JobState = 'waiting' | 'running' | 'done' | 'failed'
export interface JobView<T = unknown> {
  id: string
  kind: string
  kind_label: string
  state: JobState
  done_n: number
  total_n: number
  result: T | null
  error: string | null
  created_at: Instant
  finished_at: Instant | null
}
export interface ChangeEvent { seq: number; action: string; object_kind: string; object_id: string }
export interface SearchView { places: PlaceRow[]; hazards: HazardRow[]; people: PersonRow[]; clauses: Named[] }

// ── register

export interface CatalogKind {
  code: string
  label: string
  use: 'category' | 'tag' | 'both'
  parent: string | null
  confidence_label: string
  source: string
}
export interface CatalogView {
  kinds: CatalogKind[]
  openings: Word[]
  gas: Word[]
  fire_hazard_classes: Word[]
  list_kinds: Word[]
}
export interface PlaceRow {
  id: string
  code: string
  name: string
  category: string
  category_label: string
  tags: Word[]
  village: Named
  grid: Named | null
  sector: Named | null
  address: string
  responsible: string
  phone_masked: string
  opening: string
  opening_label: string
  risk: { points: number; grade: string; grade_label: string } | null
  lists: Word[]
  last_inspected_on: Day | null
  open_hazards: number
  location: Location | null
  version: number
  voided: boolean
}
export type PlacePage = Page<PlaceRow>
export interface Registration { kind: 'uscc' | 'unlicensed' | 'unknown'; uscc: string | null }
export interface Heads {
  lodging: number | null
  working: number | null
  training: number | null
  capacity: number | null
  beds: number | null
}
export interface Membership {
  entry: string
  list: string
  kind: string
  kind_label: string
  owner: Named
  from: Day
  to: Day | null
  reason_in: string
  reason_out: string | null
  version: number
}
export interface PlaceView extends PlaceRow {
  registration: Registration
  area_m2: number | null
  heads: Heads
  fire_hazard_class: string | null
  gas: string | null
  manager: { name: string; phone_masked: string } | null
  opened_on: Day | null
  closed_on: Day | null
  verified_on: Day | null
  note: string
  source: string
  memberships: Membership[]
  risk_reasons: { points: number; text: string }[]
  risk_rule_from: Day
  supervisors: Named[]
  coverage_errors: { code: string; message: string }[]
  void: { at: Instant; reason: string } | null
  actions: string[]
}
export interface PlaceInput {
  code?: string | null
  name: string
  category: string
  tags: string[]
  village: string
  grid?: string | null
  sector?: string | null
  address: string
  location?: Location | null
  registration: Registration
  area_m2?: number | null
  heads: Heads
  fire_hazard_class?: string | null
  gas?: string | null
  responsible: ContactInput
  manager?: ContactInput | null
  opening: string
  opened_on?: Day | null
  closed_on?: Day | null
  note: string
  happened_on?: Day | null
  version?: number
}
/** A phone of null stays as it was. */
export interface ContactInput { name: string; phone: string | null }
export interface PlacePhones { responsible_phone: string; manager_phone: string | null }
export interface PlaceListView {
  id: string
  kind: string
  kind_label: string
  owner: Named
  village: Named | null
  baseline: { count: number; on: Day } | null
  count: number
  drift: { entered: number; left: number; net: number } | null
  actions: string[]
}
export interface ListSummary {
  village_listed: {
    baseline: number | null
    baseline_on: Day | null
    count: number
    by_village: { village: Named; baseline: number | null; count: number }[]
  }
  police_listed: { baseline: number | null; count: number }
  overlap: number
  never_added_note: string
}
export interface PlaceListsView { items: PlaceListView[]; summary: ListSummary }
export interface PlaceListEntry {
  id: string
  place: Named
  village: Named
  from: Day
  to: Day | null
  reason_in: string
  reason_out: string | null
  version: number
}
export interface PlaceListEntryPage { items: PlaceListEntry[]; next: string | null }
export interface PlaceListInput { kind: string; owner: string; village?: string | null; baseline?: { count: number; on: Day; source?: string } | null }
export interface CoverageErrorRow { code: string; label: string; place: Named; village: Named; detail: string }
export interface CoverageErrorsView { items: CoverageErrorRow[]; counts: { code: string; label: string; n: number }[] }
export interface ImportColumn { index: number; header: string; field: string | null; samples: string[] }
export interface ImportField { code: string; label: string; required: boolean }
export interface ImportView {
  id: string
  kind: string
  name: string
  sheets: { name: string; rows: number }[]
  sheet: string
  header_row: number
  columns: ImportColumn[]
  fields: ImportField[]
  remembered: boolean
  /** When a file with these very bytes last went into the register. */
  imported_before: Instant | null
}
export interface ImportChoice {
  sheet: string
  header_row: number
  mapping: Record<string, string>
  decisions: Record<string, string>
  /** Datum of the coordinates in the file. */
  crs?: 'wgs84' | 'cgcs2000' | 'gcj02' | 'bd09' | null
}
export interface ImportDuplicate {
  sheet: string
  row: number
  name: string
  candidates: { id: string; code: string; name: string; why: string }[]
}
export interface ImportProblem { sheet: string; row: number; column: string; value: string; code: string; message: string }
export interface ImportReport {
  rows: number
  created: number
  updated: number
  unchanged: number
  skipped: number
  duplicates: ImportDuplicate[]
  problems: ImportProblem[]
  /** What a person should look at, and what was left out. */
  notes: ImportProblem[]
  committed: boolean
}

// ── checklists

export interface ChecklistRow {
  id: string
  code: string
  edition: number
  title: string
  purpose: string
  purpose_label: string
  state: string
  state_label: string
  valid_from: Day | null
  valid_to: Day | null
  items_n: number
  applies: ChecklistApplies
  version: number
  actions: string[]
}
export interface ItemBasis { instrument: string; article: string; edition?: string | null; confidence?: string | null; text: string }
export interface ItemView {
  code: string
  text: string
  /** What to do on the spot. */
  how: string
  answer: string
  answer_label: string
  unit: string | null
  grade: string
  grade_label: string
  weight: number
  photo: 'none' | 'on_fail' | 'recommended'
  hazard_code: string | null
  hazard_label: string | null
  basis: ItemBasis[]
  mandatory: boolean
  /** Part of the door check. */
  quick: boolean
  /** Kinds it is asked of; empty for all. */
  only: string[]
  block: string
  block_title: string
}
export interface ChecklistView extends ChecklistRow {
  items: ItemView[]
  diff: { added: string[]; removed: string[]; changed: string[] } | null
}
export interface ChecklistInput { code: string; title: string; purpose: string; applies: ChecklistApplies }
export interface ChecklistApplies { categories: string[]; tags: string[]; always: boolean; except?: string[] }
export interface SheetView { kind: 'full' | 'quick' | 'police'; pins: Pin[]; items: ItemView[] }
export interface Pin { code: string; edition: number }
export interface HazardCode { code: string; label: string; category: string; category_label: string }

// ── plans, tasks

export type Span =
  | { kind: 'year'; year: number }
  | { kind: 'month'; year: number; month: number }
  | { kind: 'special'; title: string; from: Day; to: Day }
export interface PlanRow {
  id: string
  title: string
  org: Named
  span: Span
  span_label: string
  state: string
  state_label: string
  year: number
  visits_n: number
  places_n: number
  uncovered_n: number | null
  version: number
  actions: string[]
}
export interface PlanItem {
  place: Named
  village: Named
  grade: string | null
  grade_label: string | null
  from: Day
  to: Day
  reason: string
}
export interface PlanView extends PlanRow {
  items: PlanItem[]
  uncovered: { place: Named; village: Named; grade_label: string; expected: number; planned: number; missing: number }[]
  by_month: { month: string; visits: number }[]
  history: { label: string; by: string; at?: Instant; on?: Day; reason: string | null }[]
}
export interface PlanInput { org: string; span: Span; title: string }
export interface PlanItemsInput { items: { place: string; from: Day; to: Day; reason: string }[]; version: number }
export interface JointOffer { place: Named; village: Named; from: Day; to: Day; orgs: Named[]; tasks: string[]; saved: number }
export interface PlaceBrief {
  id: string
  code: string
  name: string
  address: string
  category: string
  category_label: string
  village: Named
  location: Location | null
  responsible: string
  phone_masked: string
  grade_label: string | null
}
export interface TaskRow {
  id: string
  code: string
  kind: string
  kind_label: string
  place: PlaceBrief
  lead: Named
  joint: Named[]
  from: Day
  due_on: Day
  state: string
  state_label: string
  assignee: Named | null
  overdue: boolean
  days_over: number
  due_soon: boolean
  inspection: string | null
  vain_visits: number
  version: number
  actions: string[]
}
export type TaskPage = Page<TaskRow>
export interface TaskEvent { label: string; detail: string; by: string; happened_at: Instant; recorded_at: Instant }
export interface TaskView extends TaskRow { events: TaskEvent[] }
export interface TaskInput { place: string; kind: string; from: Day; due_on: Day; assignee?: string | null; note: string }
export type UnableReason = 'out_of_business' | 'locked' | 'refused'

// ── photos, inspections, sync

export interface PhotoState { received: number; complete: boolean; sha256: string | null }
export interface Position { lon: number; lat: number; accuracy_m: number }
export type AnswerValue = 'pass' | 'fail' | 'not_applicable' | 'not_checked'
export interface AnswerInput {
  item: string
  value: AnswerValue
  reason?: string | null
  reading?: number | null
  note: string
  photos: string[]
}
export type Companion = { kind: 'signed'; name: string; signature: string } | { kind: 'not_signed'; reason: string }
export type Power = 'governance' | 'statutory' | 'enforcement'
export interface InspectionInput {
  id: string
  place: string
  task: string | null
  power: Power
  occasion: string
  inspectors: string[]
  showed_certificates: boolean
  companion: Companion
  pins: Pin[]
  answers: AnswerInput[]
  photos: string[]
  position: Position | null
  started_at: Instant
  ended_at: Instant
}
export interface Flag { code: string; message: string }
export interface InspectionReceipt {
  id: string
  receipt: 'new' | 'again'
  outcome: string
  outcome_label: string
  flags: Flag[]
  hazards: Named[]
  photos: PhotoView[]
  complete: boolean
  recorded_at: Instant
}
export interface InspectionRow {
  id: string
  place: Named
  village: Named
  org: Named
  occasion: string
  occasion_label: string
  power: Power
  power_label: string
  happened_on: Day
  inspectors: string[]
  outcome: string
  outcome_label: string
  failed_n: number
  checked_n: number
  edition: number
  recorded_at: Instant
  late: boolean
}
export type InspectionPage = Page<InspectionRow>
export interface AnswerView {
  item: string
  text: string
  block_title: string
  value: AnswerValue
  value_label: string
  reason: string | null
  reading: number | null
  note: string
  photos: PhotoView[]
}
export interface InspectionView extends InspectionRow {
  answers: AnswerView[]
  pins: Pin[]
  companion: Companion
  photos: PhotoView[]
  position: Position | null
  started_at: Instant
  ended_at: Instant
  flags: Flag[]
  hazards: HazardRow[]
  editions: { edition: number; by: string; reason: string | null; recorded_at: Instant }[]
  task: string | null
  record: InspectionInput
  actions: string[]
}
export interface SyncView {
  cursor: string
  server_time: Instant
  me: Me
  tasks: TaskRow[]
  gone: string[]
  places: PlaceBrief[]
  sheets: Record<string, SheetView>
  quick: SheetView
  rechecks: HazardRow[]
  hazard_codes: HazardCode[]
  people: Named[]
}

// ── hazards

export interface HazardRow {
  id: string
  code: string
  place: Named
  village: Named
  hazard_code: string
  hazard_label: string
  category: string
  category_label: string
  description: string
  level: string | null
  level_label: string | null
  level_confirmed: boolean
  state: string
  state_label: string
  stage_label: string
  measure: string | null
  measure_label: string | null
  deadline_on: Day | null
  original_deadline_on: Day | null
  recheck_due_on: Day | null
  overdue: boolean
  days_over: number
  due_soon: boolean
  days_left: number | null
  recurrence_of: string | null
  found_at: Instant
  found_by: string
  version: number
}
export type HazardPage = Page<HazardRow>
export interface HazardSummary {
  states: { state: string; label: string; n: number }[]
  overdue: number
  due_soon: number
  open: number
  by_village: { village: Named; open: number; overdue: number }[]
  by_category: { category: string; label: string; n: number }[]
}
export interface Days { kind: 'working' | 'calendar'; count: number }
export interface TimelineEntry {
  seq: number
  step: string
  label: string
  detail: string
  by: string
  hat_label: string
  happened_at: Instant
  recorded_at: Instant
  late: boolean
  document_no: string | null
  photos: PhotoView[]
}
export interface HazardView extends HazardRow {
  place_brief: PlaceBrief
  item: string | null
  inspection: { id: string; happened_on: Day } | null
  timeline: TimelineEntry[]
  /** From finding to closing: what is done, since when and by whom. */
  phases: { code: string; label: string; at: Instant | null; by: string | null; done: boolean }[]
  pairs: { item: string | null; before: PhotoView | null; after: PhotoView | null }[]
  measure_text: string | null
  issuer: Named | null
  extension: { state: 'none' | 'asked' | 'granted'; days: number | null; reason: string | null; cap: number | null }
  escalations: { kind: string; label: string; on: Day; document_no: string | null }[]
  links: HazardLinkRow[]
  suggested: { level: string; days: Days }
  escalation_kinds: Word[]
  actions: string[]
}
export interface HazardLinkRow { id: string; expires_at: Instant; revoked: boolean; opened_n: number }
export interface HazardLink { id: string; code: string; url: string; qr_svg: string; expires_at: Instant }
export interface HazardInput {
  id: string
  place: string
  hazard_code: string
  description: string
  photos: string[]
  item: string | null
  happened_at?: Instant
  position?: Position | null
}
export type HazardStepBody =
  | { step: 'grade'; level: string; reason: string }
  | { step: 'confirm_level' }
  | { step: 'advise'; text: string; days: Days }
  | { step: 'order'; text: string; days: Days; certificate_no: string; authority_item: string; basis: string }
  | { step: 'serve'; method: string }
  | { step: 'ask_extension'; days: number; reason: string }
  | { step: 'grant_extension' }
  | { step: 'refuse_extension'; reason: string }
  | { step: 'submit_fix'; photos: string[]; note: string }
  | { step: 'start_recheck' }
  | { step: 'pass_recheck'; with: string[]; photos: string[]; note: string }
  | { step: 'fail_recheck'; with: string[]; photos: string[]; note: string; days: Days }
  | { step: 'close' }
  | { step: 'transfer'; to: string; reason: string }
  | { step: 'answer_transfer'; answer: 'major'; edition: string; elements: string[]; deadline_on: Day }
  | { step: 'answer_transfer'; answer: 'returned'; level: string; reason: string }
  | { step: 'escalate'; kind: string; reason: string }
  | { step: 'control_long_term'; measures: string; review_on: Day }
  | { step: 'reopen'; reason: string }
  | { step: 'dismiss'; reason: string }
  | { step: 'void'; reason: string }
export type HazardStep = HazardStepBody & { version: number; happened_at?: Instant; document_no?: string | null }

// ── the unit owner's link

export interface UnitView {
  town_name: string
  place_name: string
  hazard_code: string
  description: string
  level_label: string | null
  state: string
  state_label: string
  measure_label: string | null
  measure_text: string | null
  deadline_on: Day | null
  days_left: number | null
  overdue: boolean
  can_fix: boolean
  can_ask_extension: boolean
  extension_cap: number | null
  extension_state: 'none' | 'asked' | 'granted'
  before: PhotoView[]
  fixes: PhotoView[]
  progress: { label: string; at: Instant | null; done: boolean }[]
  contact: { org: string; name: string; office_phone: string }
}
