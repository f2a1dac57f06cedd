/** The counts of a duty that a change is shown by. */
export interface TallyView { due: number; met: number; total: number; ratio: number | null }

export interface Word { code: string; label: string }
/** What a form may change about a duty that is there; `@name` stands for a parameter of the town. */
export interface DutyEdit { title: string; who: string[]; period: string | null; minimums: string[]; evidence: string[]; measure: string; weight: number; basis: string }
export interface PlanDuty { id: string; clause: string; title: string; period_label: string; basis_label: string; edit: DutyEdit; needs: string[] }

/** Whether a number or period is a parameter of the town, to be changed there. */
export const isParameter = (said: string | number): boolean => String(said).startsWith('@')
export interface Effect { duty: string; title: string; before: TallyView | null; after: TallyView | null; clause: Word; adds_clause: boolean; clause_before: TallyView; clause_after: TallyView }
export interface Proposal {
  id: string
  duty: string
  source: string
  from: string
  state: 'proposed' | 'decided' | 'rejected'
  reason: string
  proposed_by: string
  decided_by: string
  version: number
  effect: Effect | null
  actions: string[]
}
export interface Clause extends Word { no: string; section: string }
/** A clause of the notice that the plan lacks. */
export interface NewClause { no: string; title: string; section: string; after: string | null }
export interface Desk {
  code: string
  title: string
  clauses: Clause[]
  sections: Word[]
  duties: PlanDuty[]
  terms: Word[]
  subjects: Word[]
  facts: Word[]
  evidence: Word[]
  bases: Word[]
  proposals: Proposal[]
  actions: string[]
}
export interface Draft {
  clause: string
  adds?: NewClause
  title: string
  who: string[]
  subjects: string
  any: string[]
  period: string
  fact: string
  tags: string[]
  minimum: number
  evidence: string[]
  measure: string
  weight: number
  basis: string
}
export interface Change { duty: string; draft?: Draft; edit?: DutyEdit; from: string; reason: string }
export const PERIODS = ['day', 'week', 'month', 'quarter', 'half_year', 'year', 'standing month'] as const

/** A code for a clause that has none yet, written as the plan writes its others: `C19` where 19 follows C1 to C18. */
export function newCode(label: string, clauses: Pick<Clause, 'code' | 'no'>[]): string {
  const plain = label.replace(/[（()）\s]/g, '')
  const heads = clauses.filter((one) => one.code.endsWith(one.no) && one.code.length > one.no.length).map((one) => one.code.slice(0, -one.no.length))
  const head = heads[0] ?? ''
  return heads.length && heads.every((one) => one === head) && /^\d+$/.test(plain) ? head + plain : plain
}

/** The next free id under a clause: one more than the highest there is. */
export function nextId(clause: string, duties: Pick<PlanDuty, 'id'>[]): string {
  const head = `${clause}.`
  const numbers = duties.filter((d) => d.id.startsWith(head)).map((d) => Number.parseInt(d.id.slice(head.length), 10))
  return `${head}${Math.max(0, ...numbers.filter((n) => Number.isFinite(n))) + 1}`
}

export interface Sides {
  only_a: Word[]
  only_b: Word[]
  differing: PlanPair[]
  /** The same under another number. */
  moved: PlanPair[]
  both: number
}
export interface PlanPair { a: string; b: string; title: string; by: string; differences: { what: string; a: string; b: string }[] }
export interface Comparison { a: Word; b: Word; clauses: Sides; duties: Sides; parameters: Sides }
