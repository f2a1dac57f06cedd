// What the program answers and takes about training, certificates and the gate of clause 11.
import type { Day, Instant, Named, Word } from '@/shared/api/contract'

export interface CourseView { id: string; kind: Word; name: string; groups: Word[]; hours: number; pass_percent: number | null; questions: number; attempts: number; gives: Word | null; months: number | null; active: boolean; version: number; actions: string[] }
export interface CourseInput { kind: string; name: string; groups: string[]; hours: number; pass_percent: number | null; questions: number; attempts: number; gives: string | null; months: number | null; active: boolean; version?: number }
export interface QuestionView { id: string; kind: Word; text: string; options: string[]; right: number[]; active: boolean; version: number }
export interface QuestionInput { kind: string; text: string; options: string[]; right: number[]; active?: boolean; version?: number }
export interface TrainingRow { id: string; title: string; course: Named; kind: Word; groups: Word[]; hours: number; on: Day; venue: string; org: Named; trainer: Named; state: string; state_label: string; attended: number; passed: number; tested: boolean; certifies: boolean }
export interface AttendanceView { id: string; person: string | null; place: string | null; place_name: string | null; name: string; way: Word; at: Instant; outcome: Word; score: number | null; certified: boolean; void_reason: string | null }
export interface TrainingView extends TrainingRow { place: Named | null; people: AttendanceView[]; pass_percent: number | null; cancelled: string | null; url: string | null; qr_svg: string | null; version: number; actions: string[] }
export interface TrainingInput { course: string; title: string; on: Day; venue: string; org: string; trainer: string | null; place: string | null }
export interface TrainingChange { title: string; on: Day; venue: string; trainer: string; version: number }
export interface CoverageGroup { group: Word; people: number; attended: number; passed: number; missing: (Named & { attended: boolean })[] }
export interface Coverage { year: number; groups: CoverageGroup[] }
export interface CertificateRow { id: string; kind: string; kind_label: string; number: string; issuer: string; issued_on: Day; expires_on: Day | null; scope: string; revoked: boolean; revoked_on: Day | null; revoke_reason: string; valid: boolean; files: { id: string; name: string }[]; person: Named; days_left: number | null; standing: string; version: number; actions: string[] }
export interface CertificateInput { person: string; kind: string; number: string; issuer: string; issued_on: Day; expires_on: Day | null; scope: string }
export interface ExemptionView { id: string; person: Named; reason: string; from: Day; to: Day; recorded_by: string; recorded_at: Instant; valid: boolean; void_reason: string | null; version: number; actions: string[] }
export interface MyTraining { id: string; title: string; on: Day; org: Named; hours: number; outcome: Word; score: number | null; pass_percent: number | null; attempts_left: number; may_test: boolean }
export interface HandedInTest { id: string; person: Named; at: Instant; score: number; passed: boolean; answers: { kind: Word; text: string; options: string[]; chosen: number[]; right: number[]; is_right: boolean }[] }
export interface TestView { id: string; questions: { kind: Word; text: string; options: string[] }[]; pass_percent: number }
