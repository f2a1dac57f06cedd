// The HTTP interface by name. Everything here is taken from `schema.d.ts`, which is made from crates/api/openapi.json:
// a field the program renames or drops fails the type check. Words of this file are only those the schema cannot say.
import type { components } from './schema'

type Schemas = components['schemas']
/** Every field is there: what the schema marks as optional as null. `Open` stands where the schema says any JSON. */
type Whole<T, Open> = T extends (infer U)[]
  ? Whole<U, Open>[]
  : T extends Record<string, never>
    ? Open
    : T extends object
      ? { [K in keyof T]-?: Whole<Exclude<T[K], undefined>, Open> }
      : T
/** What the program answers. */
type View<K extends keyof Schemas, Open = unknown> = Whole<Schemas[K], Open>
/** A body of which our form fills these fields for sure. */
type Sure<K extends keyof Schemas, F extends keyof Schemas[K]> = Schemas[K] & { [P in F]-?: NonNullable<Schemas[K][P]> }

/** RFC 3339 with +08:00. */
export type Instant = string
/** YYYY-MM-DD. */
export type Day = string

export type Named = View<'Named'>
export type Word = View<'Word'>
export interface Items<T> { items: T[] }
export type PhotoView = View<'PhotoView'>
export type ExportView = View<'ExportView'>
export type LayerView = Omit<View<'LayerView'>, 'bounds'> & { bounds: [number, number, number, number] | null }
export type MapCode = View<'MapCode'>
export type BaseMaps = View<'BaseMaps'>
export type BaseMap = View<'BaseMapView'>

// ── problems

export type ProblemField = View<'FieldView'>
/** A refusal; `received` says with `photo.offset` how many bytes the server has. */
export type Problem = View<'Problem'> & Partial<View<'PhotoOffset'>>

// ── me, session, account

export type Hat = View<'Hat'>
export type Me = View<'Me'>
export type DemoLogins = View<'DemoLogins'>
export type LoginInput = Schemas['Login']
export type PasswordChange = Schemas['PasswordChange']
export type TotpOffer = View<'TotpOffer'>
export type CalendarView = View<'CalendarView'>
export type HolidayYearView = View<'HolidayYearView'>
export type RecoveryCodes = View<'RecoveryCodes'>
export type SessionView = View<'SessionView'>
export type AccountView = View<'AccountView'>
export type AccountInput = Schemas['AccountInput']

// ── organisation

export type Territory = View<'Territory'>
export type TerritoryEnd = Schemas['TerritoryEnd']
export type TerritoryInput = Schemas['TerritoryInput']
export type OrgView = View<'OrgView'>
export type OrgInput = Schemas['OrgInput']
export type AssignmentView = View<'AssignmentView'>
export type PersonRow = View<'PersonRow'>
export type PersonView = View<'PersonView'>
export type PersonPage = View<'PersonPage'>
export type PersonInput = Schemas['PersonInput']
export type PostHolder = View<'HolderView'>
export type PostView = View<'PostView'>
export type PostPage = View<'PostPage'>
export type PostStretch = View<'PostStretch'>
export type PostChange = Schemas['PostChange']
export type HandoverRow = View<'HandoverRow'>
export type HandoverView = View<'HandoverView'>
export type HandoverInput = Schemas['HandoverInput']
export type SheetSection = View<'SheetSection'>
export type OrgChart = View<'OrgChart'>
export type ChartNode = View<'ChartNode'>
export type PostInput = Schemas['PostInput']
export type AssignmentInput = Schemas['AssignmentInput']
export type PostAwayInput = Schemas['PostAwayInput']
export type PostAwayBack = Schemas['PostAwayBack']
export type AssignmentEnd = Schemas['AssignmentEnd']

// ── audit, jobs, events, search

/** `object_ref`: number or name of the object, where the program of this edition says it. */
export type AuditRow = View<'AuditRow'> & { object_ref?: string }
export type AuditPage = Omit<View<'AuditPage'>, 'items'> & { items: AuditRow[] }
/** A job; its result is whatever that kind of job leaves behind, which the schema leaves open, as it does the stage. */
export type JobView<T = unknown> = Omit<View<'JobView'>, 'result' | 'state'> & { result: T | null; state: 'waiting' | 'running' | 'done' | 'failed' }
export type ChangeEvent = View<'ChangeEvent'>
export type SearchView = View<'Found'>

// ── register

export type CatalogView = View<'Catalog'>
export type PlaceRow = View<'PlaceRow'>
export type PlacePage = View<'PlacePage'>
export type Membership = View<'Membership'>
export type PlaceView = View<'PlaceView'>
export type PlaceInput = Sure<'PlaceInput', 'tags' | 'address' | 'registration' | 'heads' | 'responsible' | 'note'>
export type ContactInput = Schemas['ContactInput']
export type PlacePhones = View<'PlacePhones'>
export type PlaceListsView = View<'PlaceLists'>
export type PlaceListRow = View<'PlaceListView'>
export type PlaceListEntry = View<'EntryView'>
export type PlaceListEntryPage = View<'EntryPage'>
export type ManyInput = Schemas['ManyInput']
export type ManyListed = View<'ManyListed'>
export type PlaceListInput = Schemas['PlaceListInput']
export type CoverageErrorRow = View<'CoverageErrorView'>
export type CoverageErrorsView = View<'CoverageErrors'>
export type ImportView = View<'ImportView'>
export type ImportStanding = Omit<View<'ImportStanding'>, 'job'> & { job: JobView<ImportReport> | null }
export type ImportChoice = Sure<'ImportChoice', 'mapping' | 'decisions'>
/** What a trial run or a commit of a ledger leaves behind: the result of a job, which the schema leaves open. */
export interface ImportReport {
  rows: number
  created: number
  updated: number
  unchanged: number
  skipped: number
  /** Of the first thousand updated rows. */
  changes: ImportChange[]
  duplicates: { sheet: string; row: number; name: string; candidates: ImportCandidate[] }[]
  problems: ImportProblem[]
  /** What a person should look at, and what was left out. */
  notes: ImportProblem[]
  committed: boolean
}
/** What a doubtful row may mean; with `row` another row of the same ledger means it, and `id` is '' where that one is new too. With `name_only` nothing but the name speaks for it, and its village is another. */
export interface ImportCandidate {
  id: string
  code: string
  name: string
  why: string
  row?: number
  name_only?: boolean
}
/** A row that changes what is registered; phones are masked, `code` is '' for people. */
export interface ImportChange {
  sheet: string
  row: number
  id: string
  code: string
  name: string
  fields: { field: string; label: string; before: string; after: string }[]
}
export interface ImportProblem { sheet: string; row: number; column: string; value: string; code: string; message: string }

// ── checklists

export type ChecklistRow = View<'ChecklistRow'>
export type ItemView = View<'ItemView'>
export type ChecklistView = View<'ChecklistView'>
export type ChecklistInput = Schemas['ChecklistInput']
export type SheetView = View<'SheetView'>
export type HazardCode = View<'HazardCodeView'>

// ── plans, tasks

export type Span = Schemas['Span']
export type PlanRow = View<'PlanRow'>
export type PlanItem = View<'PlanItemView'>
export type PlanView = View<'PlanView'>
export type JointOffer = View<'JointOfferView'>
export type PlaceBrief = View<'PlaceBrief'>
export type TaskRow = View<'TaskRow'>
export type TaskPage = View<'TaskPage'>
export type TaskView = View<'TaskView'>

// ── inspections, sync

export type Position = Schemas['PositionInput']
/** What an item may be answered with; the schema has it as any word. */
export type AnswerValue = 'pass' | 'fail' | 'not_applicable' | 'not_checked'
export type UnableReason = 'out_of_business' | 'locked' | 'refused'
export type InspectionInput = Schemas['InspectionInput']
export type InspectionReceipt = View<'InspectionReceipt'>
export type InspectionRow = View<'InspectionRow'>
export type InspectionPage = View<'InspectionPage'>
export type AnswerView = View<'AnswerView'> & { value: AnswerValue }
export type InspectionView = Omit<View<'InspectionView'>, 'answers'> & { answers: AnswerView[] }
export type SyncView = View<'SyncView'>
export type RecheckView = View<'RecheckView'>

// ── hazards

export type HazardRow = View<'HazardRow'>
export type HazardPage = View<'HazardPage'>
export type HazardSummary = View<'HazardSummary'>
export type Days = View<'DaysView'>
export type HazardView = View<'HazardView'>
export type HazardInput = Schemas['HazardInput']
export type HazardLink = View<'UnitLinkView'>
/** Each step with what it needs; the schema has one body for all of them. */
export type HazardStepBody =
  | { step: 'grade'; level: string; reason: string }
  | { step: 'confirm_level' }
  | { step: 'advise'; text: string; days: Days }
  | { step: 'order'; text: string; days: Days; certificate_no: string; authority_item: string; with: string[] }
  | { step: 'serve'; method: string }
  | { step: 'ask_extension'; days: number; reason: string }
  | { step: 'grant_extension' }
  | { step: 'refuse_extension'; reason: string }
  | { step: 'submit_fix'; photos: string[]; note: string }
  | { step: 'start_recheck' }
  | { step: 'pass_recheck'; with: string[]; photos: string[]; note: string }
  | { step: 'fail_recheck'; with: string[]; photos: string[]; note: string; days?: Days }
  | { step: 'close' }
  | { step: 'transfer'; to: string; reason: string }
  | { step: 'answer_transfer'; answer: 'major'; edition: string; elements: string[]; deadline_on: Day }
  | { step: 'answer_transfer'; answer: 'returned'; level: string; reason: string }
  | { step: 'escalate'; kind: string; reason: string }
  | { step: 'decline_escalation'; kind: string; reason: string }
  | { step: 'control_long_term'; measures: string; review_on: Day }
  | { step: 'reopen'; reason: string }
  | { step: 'dismiss'; reason: string }
  | { step: 'void'; reason: string }

// ── the unit owner's link

export type UnitView = View<'UnitView'>

// ── fulfilment

export type Tally = View<'Tally'>
export type ClauseRow = View<'ClauseRow'>
export type BoardView = View<'BoardView'>
export type DutyRow = View<'DutyRow', Value>
export type ClauseView = View<'ClauseView', Value>
export type Occurrence = View<'OccurrenceRow'>
export type DutyView = View<'DutyView', Value>
export type DutyStandingView = View<'DutyStandingView'>
export type EvidenceView = View<'EvidenceView'>
export type LeaderView = View<'LeaderView'>
export type BoundaryView = View<'BoundaryView'>
export type BoundaryInput = Sure<'BoundaryInput', 'area' | 'from' | 'source'>
export type BoundaryFile = Sure<'BoundaryFile', 'features' | 'from' | 'source'>
export type BoundariesTaken = View<'BoundariesTaken'>
/** A change of a setting that waits for a decision. */
export interface WaitingParameter { id: string; name: string; label: string; value: Value; unit: string; from: Day; reason: string; proposed_by: Named }
/** What waits for a person; the optional lists are there for those whose work they are. */
export type WorkbenchView = View<'WorkbenchView'> & {
  reviews?: TaskRow[]
  unaccepted?: TaskRow[]
  escalated?: TaskRow[]
  referred?: TaskRow[]
  to_grade?: HazardRow[]
  to_advise?: HazardRow[]
  extensions?: HazardRow[]
  to_escalate?: HazardRow[]
  to_close?: HazardRow[]
  parameters?: WaitingParameter[]
}

// ── the town's own settings and text

/** A number, a word or yes and no; the schema leaves it open. */
export type Value = number | string | boolean
export type ParameterView = View<'ParameterView', Value>
export type ParameterPreview = View<'ParameterChanges', Value>
export type WaiverView = View<'WaiverView'>
export type WaiverInput = Schemas['WaiverInput']
export type NoticeView = View<'NoticeView'>

// ── placards

export type RollRow = View<'RollRow'>
export type RollView = View<'RollView'>
export type WaitingPost = View<'WaitingPost'>
export type PlacardRow = View<'PlacardRow'>
export type PlacardCoverage = View<'PlacardCoverage'>
export type PlacardPage = View<'PlacardPage'>
export type PlacardView = View<'PlacardView'>
export type PlacardOptions = View<'PlacardOptions'>
/** What a printing job led to; the schema leaves results of jobs open. */
export interface PlacardPrinted { placards_n: number; pages_n: number; problems: string[]; blob: string }
export type PlacardInput = Schemas['PlacardInput']
export type PlacardChange = Schemas['PlacardChange']
export type PlacardPost = Schemas['PlacardPost']
export type PlacardPrintInput = Schemas['PlacardPrintInput']
// ── stops of use

export type StopUseRow = View<'StopUseRow'>
export type StopUseList = View<'StopUseList'>
export type StopUseView = View<'StopUseView'>
export type StopUseInput = Schemas['StopUseInput']
export type StopUseStep = Schemas['StopUseStep']

// ── houses

export type HouseRow = View<'HouseRow'>
export type HouseWait = View<'HouseWait'>
export type HouseList = View<'HouseList'>
export type HouseView = View<'HouseView'>
export type HouseCheckView = View<'HouseCheckView'>
export type HousePreview = View<'HousePreview'>
export type HouseInput = Schemas['HouseInput']
export type HouseAnswer = Schemas['HouseAnswer']
export type HouseLabels = View<'HouseLabels'>

// ── assessments

export type AssessmentList = View<'AssessmentList'>
export type AssessmentRow = AssessmentList['items'][number]
export type AssessmentView = View<'AssessmentView'>
export type AssessmentInput = Schemas['AssessmentInput']
export type AssessmentTreat = Schemas['AssessmentTreat']
export type AssessmentVoid = Schemas['AssessmentVoid']

// ── orders

export type ReportOrderList = View<'ReportOrderList'>
export type ReportOrderRow = View<'ReportOrderRow'>
export type ReportOrderSent = View<'ReportOrderSent'>

// ── enforcement

export type AuthorityList = View<'AuthorityList'>
export type AuthorityView = View<'AuthorityView'>
export type AuthorityProposal = View<'AuthorityProposal'>
export type AuthorityInput = Schemas['AuthorityInput']
export type AuthorityCompare = Schemas['AuthorityCompare']
export type AuthorityEnd = Schemas['AuthorityEnd']
export type CaseRow = View<'CaseRow'>
export type CasePage = View<'CasePage'>
export type CaseDoor = View<'CaseDoor'>
export type CaseView = View<'CaseView'>
export type CaseOptions = View<'CaseOptions'>
export type CaseInput = Schemas['CaseInput']
export type CaseStep = Schemas['CaseStep']

// ── facilities

export type FacilityRow = View<'FacilityRow'>
export type FacilityPage = View<'FacilityPage'>
export type FacilityDue = View<'FacilityDue'>
export type FacilitySummary = View<'FacilitySummary'>
export type FacilityKindView = View<'FacilityKindView'>
export type FacilityOptions = View<'FacilityOptions'>
export type FacilityEventView = View<'FacilityEventView'>
export type FacilityView = View<'FacilityView'>
export type TownWater = View<'TownWater'>
export type ForestSight = View<'ForestSight'>
export type FireBreaks = View<'FireBreaks'>
export type PipeNetwork = View<'PipeNetwork'>
export type FacilityInput = Schemas['FacilityInput']

// ── roads

export type FitnessView = View<'FitnessView'>
export type ClosedView = View<'ClosedView'>
export type RoadRow = View<'RoadRow'>
export type VehicleNeeds = View<'VehicleNeeds'>
export type RoadPage = View<'RoadPage'>
export type RoadView = View<'RoadView'>
export type ReachView = View<'ReachView'>
export type RouteView = View<'RouteView'>
export type RoadEventView = View<'RoadEventView'>
export type RoadOptions = View<'RoadOptions'>
export type RoadNetwork = View<'RoadNetwork'>
export type AccessReport = View<'AccessReport'>
export type AccessRow = View<'AccessRow'>
export type AccessWay = View<'AccessWay'>
export type GroupCountInput = Schemas['GroupCountInput']
export type BarrierInput = Schemas['BarrierInput']
export type TurnInput = Schemas['TurnInput']
export type GroupPointView = View<'GroupPointView'>
export type GroupPointList = View<'GroupPoints'>
export type ScenarioChange = View<'ScenarioChange'>
export type ScenarioView = View<'ScenarioView'>
export type ScenarioList = View<'Scenarios'>
export type ScenarioResult = View<'ScenarioResult'>
export type ScenarioInput = Schemas['ScenarioInput']
export type BlockedLane = View<'BlockedLane'>
export type BlockedLanes = View<'BlockedLanes'>
export type BlockedEffect = View<'BlockedEffect'>
export type RoadFileView = Omit<View<'RoadFileView'>, 'job'> & { job: JobView }
/** What a trial run or an import of roads leaves behind: the result of a job, which the schema leaves open. */
export interface RoadImport {
  rows: number
  written: number
  new: number
  changed: number
  unchanged: number
  conflict: number
  gone: number
  items: { row: number; name: string; what: string; road: { id: string; name: string } | null; parts: RoadImportPart[] }[]
  problems: { row: number; name: string; code: string; message: string }[]
  problems_n: number
  /** Of the rows left out those far away from the town, told or not. */
  outside_n: number
  /** Rows that run along stretches on record under another name: left out until somebody says what they are. */
  questions: { row: number; name: string; along: { road: { id: string; name: string }; code: string; length_m: number; whole: boolean; parts: RoadImportPart[] }[]; rest_m: number }[]
  questions_n: number
  /** The sheet or layer that was read, and all that could be; none of a file that holds one. */
  layer: string | null
  layers: string[]
}
export interface RoadImportPart {
  part: string
  label: string
  before: string | null
  after: string
  taken: boolean
}
export type RoadInput = Schemas['RoadInput']
export type RoadStep = Schemas['RoadStep']
export type FacilityStep = Schemas['FacilityStep']
export type FacilityReportView = View<'FacilityReportView'>
export type FacilityReports = View<'FacilityReports'>
export type FacilityLabels = View<'FacilityLabels'>
export type FacilityReportDecision = Schemas['FacilityReportDecision']

// ── siting studies

export type SitingList = View<'SitingList'>
export type SitingOptions = View<'SitingOptions'>
export type SitingSpot = Schemas['SitingSpot']
export type SitingSpots = View<'SitingSpots'>
export type SitingFound = View<'SitingFound'>
export type SitingView = View<'SitingView'>
export type SitingInput = Schemas['SitingInput']

// ── projects

export type ProjectList = View<'ProjectList'>
export type ProjectView = View<'ProjectView'>
export type ProjectOptions = View<'ProjectOptions'>
export type ProjectItem = Schemas['ProjectItem']
export type ProjectInput = Schemas['ProjectInput']
export type ProjectStepInput = Schemas['ProjectStepInput']

// ── special fire plans

export type FirePlanRow = View<'FirePlanRow'>
export type FirePlanList = View<'FirePlanList'>
export type FirePlanOptions = View<'FirePlanOptions'>
export type FirePlanItem = View<'FirePlanItem'>
export type FirePlanView = View<'FirePlanView'>
export type FirePlanPair = View<'FirePlanPair'>
export type FirePlanDifference = View<'FirePlanDifference'>
export type FirePlanItemInput = Schemas['FirePlanItemInput']
export type FirePlanInput = Schemas['FirePlanInput']
export type FirePlanStep = Schemas['FirePlanStep']

// ── devices and what they say

export type DeviceRow = View<'DeviceRow'>
export type SilenceTask = View<'SilenceTask'>
export type DevicePage = View<'DevicePage'>
export type DeviceView = View<'DeviceView'>
export type DeviceOptions = View<'DeviceOptions'>
export type DeviceSummary = View<'DeviceSummary'>
export type DeviceSecret = View<'DeviceSecret'>
export type DeviceInput = Schemas['DeviceInput']
export type DeviceStep = Schemas['DeviceStep']
export type SignalView = View<'SignalView'>
export type SignalPage = View<'SignalPage'>
export type SignalOptions = View<'SignalOptions'>
export type SignalInput = Schemas['SignalInput']
export type DispatchWay = View<'DispatchWay'>
export type WireView = View<'WireView'>
export type WarningView = View<'WarningView'>
export type WarningPage = View<'WarningPage'>
export type WarningTaken = View<'WarningTaken'>
export type WarningInput = Schemas['WarningInput']

// ── meetings, follow-ups, reports, money

export type OwnerView = View<'OwnerView'>
export type FollowUpView = View<'FollowUpView'>
export type FollowUpPage = View<'FollowUpPage'>
export type MeetingRow = View<'MeetingRow'>
export type MeetingPage = View<'MeetingPage'>
export type MeetingView = View<'MeetingView'>
export type MeetingOptions = View<'MeetingOptions'>
export type MeetingInput = Schemas['MeetingInput']
export type MeetingHeld = Schemas['MeetingHeld']
export type MeetingMinutes = Schemas['MeetingMinutes']
export type MeetingAdded = Schemas['MeetingAdded']
export type ResolutionInput = Schemas['ResolutionInput']
export type MeetingCancel = Schemas['MeetingCancel']
export type MeetingCorrection = Schemas['MeetingCorrection']
export type FigureView = View<'FigureView'>
export type ReportRow = View<'ReportRow'>
export type ReportPage = View<'ReportPage'>
export type ReportView = View<'ReportView'>
export type ReportOptions = View<'ReportOptions'>
export type Recomputed = View<'Recomputed'>
export type ReportInput = Schemas['ReportInput']
export type ReportStepInput = Schemas['ReportStepInput']
export type SpendingView = View<'SpendingView'>
export type BudgetLineView = View<'BudgetLineView'>
export type BudgetYear = View<'BudgetYear'>
export type BudgetLineInput = Schemas['BudgetLineInput']
export type SpendingInput = Schemas['SpendingInput']

// ── papers

/** A value of a field of a paper; the schema leaves it open. */
export type PaperValue = string | number | boolean | string[] | string[][] | { name: string; caption: string }[]
export type PaperValues = Record<string, PaperValue>
export type PaperField = View<'PaperField'>
export type PaperTemplate = View<'PaperTemplate'>
export type PaperMarks = View<'MarksView'>
export type PaperOptions = View<'PaperOptions'>
export type TemplatesView = View<'TemplatesView'>
export type TownTemplateView = View<'TownTemplateView'>
export type TownTemplateInput = Schemas['TownTemplateInput']
export type PaperRow = View<'PaperRow'>
export type PaperPage = View<'PaperPage'>
export type PaperView = View<'PaperView', PaperValues>
export type PaperInput = Omit<Schemas['PaperInput'], 'values'> & { values: PaperValues }
export type Prefilled = View<'Prefilled', PaperValues>
export type ReceiptView = View<'ReceiptView'>
export type ReceivedPage = View<'ReceivedPage'>
export type SeriesView = View<'SeriesView'>
export type NumbersView = View<'NumbersView'>

// ── forces

export type ForceRow = View<'ForceRow'>
export type ForceList = View<'ForceList'>
export type QuestionTrial = View<'QuestionTrial'>
export type GateView = View<'GateView'>
export type PatrolRow = View<'PatrolRow'>
export type PatrolPage = View<'PatrolPage'>
export type PatrolOne = View<'PatrolOne'>
export type ForceView = View<'ForceView'>
export type ForceOptions = View<'ForceOptions'>
export type ForceMemberView = View<'ForceMemberView'>
export type KitCheckView = View<'KitCheckView'>
export type PatrolView = View<'PatrolView'>
export type ForceInput = Schemas['ForceInput']
export type ForceStepInput = Schemas['ForceStepInput']
export type ForceVehicleInput = Schemas['ForceVehicleInput']
export type KitCheckInput = Schemas['KitCheckInput']
export type ForceMemberInput = Schemas['ForceMemberInput']
export type RosterInput = Schemas['RosterInput']
export type PatrolInput = Schemas['PatrolInput']
export type ForceVoidInput = Schemas['ForceVoidInput']

// ── services bought, drills, call tests, sorties

export type ContractRow = View<'ContractRow'>
export type ContractPage = View<'ContractPage'>
export type ContractView = View<'ContractView'>
export type ContractOptions = View<'ContractOptions'>
export type DeliverableView = View<'DeliverableView'>
export type ContractInput = Schemas['ContractInput']
export type DeliverInput = Schemas['DeliverInput']
export type JudgeInput = Schemas['JudgeInput']
export type ContractEndInput = Schemas['ContractEndInput']
export type ContractVoidInput = Schemas['ContractVoidInput']
export type CampaignProgress = View<'CampaignProgress'>
export type CampaignRow = View<'CampaignRow'>
export type CampaignPage = View<'CampaignPage'>
export type CampaignEntry = View<'CampaignEntry'>
export type CampaignView = View<'CampaignView'>
export type CampaignOptions = View<'CampaignOptions'>
export type CampaignInput = Schemas['CampaignInput']
export type CampaignAddInput = Schemas['CampaignAddInput']
export type CampaignOutInput = Schemas['CampaignOutInput']
export type CampaignCloseInput = Schemas['CampaignCloseInput']
export type CampaignVoidInput = Schemas['CampaignVoidInput']
export type DocketTransfer = View<'DocketTransfer'>
export type DocketListing = View<'DocketListing'>
export type DocketView = View<'DocketView'>
export type JointPlace = View<'JointPlace'>
export type JointControl = View<'JointControl'>
export type SectorRiskView = View<'SectorRiskView'>
export type SectorRulingView = View<'SectorRulingView'>
export type SectorView = View<'SectorView'>
export type DocketInput = Schemas['DocketInput']
export type JointPlanInput = Schemas['JointPlanInput']
export type VisitSignatureInput = Schemas['VisitSignatureInput']
export type SectorRiskInput = Schemas['SectorRiskInput']
export type SectorRiskStep = Schemas['SectorRiskStep']
export type SectorRulingInput = Schemas['SectorRulingInput']
export type SectorRulingStep = Schemas['SectorRulingStep']
export type WhistleRow = View<'WhistleRow'>
export type WhistleList = View<'WhistleList'>
export type WhistleBody = View<'WhistleBody'>
export type WhistleView = View<'WhistleView'>
export type WhistleOptions = View<'WhistleOptions'>
export type WhistleArrivals = View<'WhistleArrivals'>
export type VisitToSign = View<'VisitToSign'>
export type VisitsToSign = View<'VisitsToSign'>
export type HouseCountInput = Schemas['HouseCountInput']
export type OnSpotInput = Schemas['OnSpotInput']
export type WhistleKind = View<'WhistleKind'>
export type WhistleKindSet = View<'WhistleKindSet'>
export type WhistleKindRow = View<'WhistleKindRow'>
export type WhistleKindList = View<'WhistleKindList'>
export type WhistleKindInput = Schemas['WhistleKindInput']
export type WhistleInput = Schemas['WhistleInput']
export type WhistleStep = Schemas['WhistleStep']
export type WhistleNoteInput = Schemas['WhistleNoteInput']
export type DrillRow = View<'DrillRow'>
export type DrillPage = View<'DrillPage'>
export type DrillView = View<'DrillView'>
export type DrillOptions = View<'DrillOptions'>
export type DrillInput = Schemas['DrillInput']
export type DrillHeldInput = Schemas['DrillHeldInput']
export type DrillAssessInput = Schemas['DrillAssessInput']
export type DrillStepInput = Schemas['DrillStepInput']
export type CallTestPage = View<'CallTestPage'>
export type CallTestView = View<'CallTestView'>
export type MyAway = View<'MyAway'>
export type MyAwayForce = View<'MyAwayForce'>
export type MyCalls = View<'MyCalls'>
export type MyCall = View<'MyCall'>
export type CallTestInput = Schemas['CallTestInput']
export type CallAnswerInput = Schemas['CallAnswerInput']
export type CallCloseInput = Schemas['CallCloseInput']
export type SortiePage = View<'SortiePage'>
export type SortieView = View<'SortieView'>
export type SortieOptions = View<'SortieOptions'>
export type SortieInput = Schemas['SortieInput']
export type SortieVoidInput = Schemas['SortieVoidInput']

// ── incidents

export type IncidentRow = View<'IncidentRow'>
export type IncidentPage = View<'IncidentPage'>
export type IncidentOptions = View<'IncidentOptions'>
export type IncidentView = View<'IncidentView'>
export type IncidentStatistics = View<'IncidentStatistics'>
export type DutyScreen = Omit<View<'DutyScreen'>, 'silent'> & { silent: Record<string, number> }
export type WatchView = View<'WatchView'>
export type WatchList = View<'WatchList'>
export type Card = View<'Card'>
export type Candidates = View<'Candidates'>
export type CandidateView = View<'CandidateView'>
export type DispatchView = View<'DispatchView'>
export type MyDispatches = View<'MyDispatches'>
export type MyDispatch = View<'MyDispatch'>
export type SignView = View<'SignView'>
export type MaskView = View<'MaskView'>
export type SubscriberView = View<'SubscriberView'>
export type SubscriberList = View<'SubscriberList'>
export type SubscriberAnswer = View<'SubscriberAnswer'>
export type SubscriberInput = Schemas['SubscriberInput']
export type MaskList = View<'MaskList'>
export type RehearsalView = View<'RehearsalView'>
export type RehearsalInput = Schemas['RehearsalInput']
export type IncidentInput = Schemas['IncidentInput']
export type IncidentStep = Schemas['IncidentStep']
export type DispatchInput = Schemas['DispatchInput']
export type DispatchStep = Schemas['DispatchStep']
export type MaskInput = Schemas['MaskInput']

// ── messages

export type MessagePage = View<'MessagePage'>
export type MessageView = View<'MessageView'>
export type MessagesReceived = View<'MessagesReceived'>
export type ReachSettings = View<'ReachSettings'>
export type ReachInput = Schemas['ReachInput']
export type PushSettings = View<'PushSettings'>
export type PushInput = Schemas['PushInput']
// ── reports from anybody

export type ReportCaseRow = View<'ReportCaseRow'>
export type ReportCasePage = View<'ReportCasePage'>
export type ReportCaseOptions = View<'ReportCaseOptions'>
export type ReportCaseEventView = View<'ReportCaseEventView'>
export type ReportCaseView = View<'ReportCaseView'>
export type ReportCaseTaken = View<'ReportCaseTaken'>
export type VoiceView = View<'VoiceView'>
export type ReporterView = View<'ReporterView'>
export type RewardLedger = View<'RewardLedger'>
export type ReportCaseInput = Schemas['ReportCaseInput']
export type ReportCaseStep = Schemas['ReportCaseStep']
