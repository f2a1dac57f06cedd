import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { actLabel, codeLabel, loadCodes, stageLabel, windowLabel } from './codes'
import roles from '../../features/person/roles.json'
import english from './codes.en.json'

const ROOT = join(__dirname, '../../../..')
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')
/** The part of a source file from a mark to the next line that is only a closing bracket. */
function part(path: string, mark: string): string {
  const text = read(path)
  const at = text.indexOf(mark)
  expect(at, `${mark} in ${path}`).toBeGreaterThan(-1)
  return text.slice(at, at + text.slice(at).search(/\n\s*[\]})];?\n\s*[\]})]?;?\n/) + 1)
}
const all = (text: string, pattern: RegExp): string[] => [...text.matchAll(pattern)].map((m) => m[1] ?? '')
const snake = (name: string): string => name.replace(/\B[A-Z]/g, (c) => `_${c}`).toLowerCase()
/** The variants of an enum that goes out in snake case, taken from its `label`. */
const variants = (path: string, mark: string): string[] => all(part(path, mark), /Self::(\w+)[^\n]*=> "/g).map(snake)
/** Names of the program's own parameters: `const LATE: (&str, f64) = ("score.late", 0.6)`. */
const parameters = (path: string): string[] => all(read(path), /const [A-Z_]+: \(&str, f64\) =\s*\("([\w.]+)"/g)
/** Every Rust file below a folder. */
const sources = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.rs')).map((name) => `${folder}/${name}`)
const FORCES = ['town', 'micro', 'brigade'].map((name) => `catalog/forces/${name}.toml`)
/** Whatever the program may send as a code, from where the program has it. */
const SENT: [kind: keyof typeof english, codes: () => string[]][] = [
  ['paper_kind', () => readdirSync(join(ROOT, 'catalog/papers')).flatMap((name) => all(read(`catalog/papers/${name}`), /^code = "(DT.+)"/gm))],
  ['report_template', () => all(read('catalog/reports.toml'), /^code = "(.+)"/gm)],
  ['paper_series', () => all(read('catalog/papers/series.toml'), /^code = "(.+)"/gm)],
  ['place', () => all(read('catalog/place_categories.toml'), /^code = "(.+)"/gm)],
  ['facility_kind', () => all(read('catalog/facilities.toml').replace(/^ .*$/gm, ''), /^code = "(.+)"/gm)],
  ['facility_word', () => [...all(read('catalog/facilities.toml'), /words = \[(.+?)\]/g).flatMap((words) => all(words, /"(.+?)"/g)), ...all(read('catalog/facilities.toml'), /unit = "(\p{Script=Han}+)"/gu)]],
  ['hazard_category', () => all(read('catalog/hazards.toml'), /^code = "(\d.*)"/gm)],
  ['hazard_code', () => all(read('catalog/hazards.toml'), /^code = "(H.*)"/gm)],
  ['role', () => all(part('crates/domain/src/org.rs', '    Role {'), /\w+ "(\w+)" "/g)],
  ['org_kind', () => all(part('crates/domain/src/org.rs', '    OrgKind {'), /\w+ "(\w+)" "/g)],
  ['relation', () => all(part('crates/domain/src/org.rs', '    Relation {'), /\w+ "(\w+)" "/g)],
  ['territory', () => all(part('crates/domain/src/org.rs', '    Level {'), /\w+ "(\w+)" "/g)],
  ['list', () => variants('crates/domain/src/place_list.rs', 'impl ListKind')],
  ['opening', () => variants('crates/domain/src/place.rs', 'impl Opening')],
  ['grade', () => variants('crates/domain/src/risk.rs', 'impl Grade')],
  ['hazard', () => variants('crates/domain/src/hazard/facts.rs', '/// The stage in Chinese')],
  ['level', () => variants('crates/domain/src/hazard/terms.rs', 'impl Level')],
  ['step', () => all(part('crates/domain/src/hazard/event.rs', 'pub fn code(self)'), /=> "(\w+)"/g)],
  ['escalation', () => variants('crates/domain/src/hazard/terms.rs', 'impl EscalationKind')],
  ['escalation_authority', () => variants('crates/domain/src/hazard/terms.rs', 'pub fn authority(self)')],
  ['duty', () => all(part('crates/domain/src/fulfilment.rs', 'pub fn code(self)'), /=> "([a-z_]+)"/g)],
  ['section', () => all(part('crates/domain/src/plan.rs', 'impl Section'), /=> "([a-z_]+)"/g)],
  ['basis', () => all(part('crates/domain/src/plan.rs', 'impl Basis'), /=> "([a-z_]+)"/g)],
  ['subject', () => all(part('crates/domain/src/plan.rs', 'subject_kinds! {\n'), /\w+ "(\w+)"/g)],
  ['evidence', () => all(part('crates/domain/src/plan/facts.rs', 'EVIDENCE_KINDS'), /"(\w+)"/g)],
  ['fact', () => all(read('crates/domain/src/plan/facts.rs'), /kind\(\s*"([a-z_.]+)"/g)],
  ['purpose', () => variants('crates/domain/src/checklist.rs', 'impl Purpose')],
  ['checklist', () => variants('crates/domain/src/checklist.rs', 'impl State')],
  ['answer_kind', () => variants('crates/domain/src/checklist.rs', 'impl AnswerKind')],
  ['photo_rule', () => variants('crates/domain/src/checklist.rs', 'impl PhotoRule')],
  ['plan', () => variants('crates/domain/src/inspection_plan.rs', 'impl State')],
  ['plan_act', () => all(part('crates/app/src/inspection_plan/view.rs', 'fn step_label'), /=> "(.+)"/g)],
  ['task', () => variants('crates/domain/src/task.rs', 'impl State')],
  ['task_act', () => all(part('crates/app/src/task/view.rs', 'impl TaskEventView'), /\("([\u4e00-\u9fff]+)",/g)],
  ['kind', () => all(part('crates/app/src/task/view.rs', 'pub fn kind_label'), /"(\w+)" =>/g)],
  ['occasion', () => all(part('crates/app/src/inspection/view.rs', 'fn occasion('), /Occasion::(\w+)/g).map(snake)],
  ['power', () => all(part('crates/app/src/inspection/view.rs', 'fn power('), /Power::(\w+)/g).map(snake)],
  ['outcome', () => all(part('crates/app/src/inspection/view.rs', 'fn outcome('), /\("(\w+)"/g)],
  ['period', () => all(part('crates/domain/src/period.rs', '/// The name for people.'), /=> "(.+)"/g)],
  ['count', () => all(read('crates/app/src/workbench.rs'), /\bcount\(\s*"(\w+)"/g)],
  ['figure', () => all(read('crates/app/src/leader.rs'), /Figure \{\s*code: "(\w+)"/g)],
  ['parameter', () => [...sources('crates/app/src'), 'crates/domain/src/plan.rs'].flatMap(parameters)],
  ['spoken', () => [...all(part('crates/domain/src/plan.rs', 'impl Use'), /=> "(.+)"/g), ...all(part('crates/app/src/hazard/view.rs', 'const PHASES'), /", "(.+)"\)/g), ...['terms.rs', 'facts.rs'].flatMap((file) => all(part(`crates/domain/src/hazard/${file}`, file === 'terms.rs' ? 'impl Level' : 'impl Measure'), /Self::\w+[^\n]*=> "(.+)"/g)), ...all(part('crates/domain/src/risk.rs', 'impl Grade'), /=> "(.+)"/g)]],
  ['column', () => all(part('crates/exchange/src/places_sheet.rs', '("name", Value'), /\("(\w+)", Value/g)],
  ['job', () => all(part('crates/app/src/job.rs', 'pub fn code(self)'), /=> "([\w.]+)"/g)],
  ['object', () => all(part('crates/app/src/audit/words.rs', 'const OBJECTS'), /\("(\w+)",/g)],
  ['act', () => all(part('crates/app/src/audit/words.rs', 'const VERBS'), /\("(\w+)",/g)],
  ['action', () => all(part('crates/app/src/audit/words.rs', 'const ACTS'), /\("([\w.]+)",/g)],
  ['layer', () => [...all(part('crates/app/src/layer.rs', 'pub fn id(self)'), /=> "(\w+)"/g), ...all(part('crates/app/src/layer.rs', 'pub fn classes(self)'), /\("(\w+)", "/g)]],
  ['handover', () => variants('crates/domain/src/handover.rs', 'impl State')],
  ['light', () => all(part('crates/domain/src/org/staffing.rs', '    Light {'), /\w+ "(\w+)" "/g)],
  ['cause', () => all(part('crates/domain/src/org/staffing.rs', '    Cause {'), /\w+ "(\w+)" "/g)],
  ['sheet', () => all(read('crates/app/src/handover/sheet.rs'), /section\("(\w+)"/g)],
  ['certificate', () => all(part('crates/domain/src/org.rs', '    CertificateKind {'), /\w+ "(\w+)" "/g)],
  ['force_kind', () => all(part('crates/domain/src/force.rs', '    ForceKind {'), /\w+ "(\w+)" "/g)],
  ['force_served', () => all(part('crates/domain/src/force.rs', '    Served {'), /\w+ "(\w+)" "/g)],
  ['force_group', () => all(part('crates/domain/src/force/standard.rs', '    Group {'), /\w+ "(\w+)" "/g)],
  ['force_standard', () => FORCES.flatMap((file) => all(read(file), /^code = "(.+)"/gm))],
  ['force_item', () => FORCES.flatMap((file) => all(read(file), /^item = "(.+)"/gm))],
  ['skill', () => all(part('crates/domain/src/force/member.rs', '    Skill {'), /\w+ "(\w+)" "/g)],
  ['shift', () => all(part('crates/domain/src/force/roster.rs', '    Shift {'), /\w+ "(\w+)" "/g)],
  ['confidence', () => all(part('crates/app/src/force/book.rs', 'fn confidence('), /=> "(\w+)"/g)],
  ...(['SignalKind', 'SignalSource', 'Trust'] as const).map((name) => [name === 'Trust' ? 'trust' : name === 'SignalKind' ? 'signal_kind' : 'signal_source', () => all(part('crates/domain/src/signal.rs', `    ${name} {`), /\w+ "(\w+)" "/g)] as [keyof typeof english, () => string[]]),
  ...(['DeviceKind', 'Provider', 'Condition'] as const).map((name) => [name === 'Provider' ? 'provider' : name === 'DeviceKind' ? 'device_kind' : 'device_condition', () => all(part('crates/domain/src/device.rs', `    ${name} {`), /\w+ "(\w+)" "/g)] as [keyof typeof english, () => string[]]),
  ['coverage', () => all(read('crates/domain/src/place_list.rs'), /"(coverage\.\w+)"/g)],
  ['export', () => variants('crates/domain/src/export.rs', 'impl Stage')],
  ['house_grade', () => all(part('crates/domain/src/house.rs', '    Grade {'), /\w+ "(\w+)" "/g)],
  ['house_word', () => ['Structure', 'CheckKind'].flatMap((name) => all(part('crates/domain/src/house.rs', `    ${name} {`), /\w+ "(\w+)" "/g))],
  ['stop_use_stage', () => all(part('crates/domain/src/stop_use.rs', '    Stage {'), /\w+ "(\w+)" "/g)],
  ['stop_use_step', () => all(part('crates/domain/src/stop_use.rs', '    Step {'), /\w+ "(\w+)" "/g)],
  ...(['Stage', 'Standing', 'Height', 'Score', 'Step'] as const).map((name) => [`whistle_${name.toLowerCase()}`, () => all(part('crates/domain/src/whistle.rs', `    ${name} {`), /\w+ "(\w+)" "/g)] as [keyof typeof english, () => string[]]),
  ['sector_stage', () => all(part('crates/domain/src/sector.rs', '    RiskStage {'), /\w+ "(\w+)" "/g)],
  ['joint_standing', () => all(part('crates/domain/src/joint_control.rs', '    Standing {'), /\w+ "(\w+)" "/g)],
  ['docket_kind', () => all(part('crates/domain/src/docket.rs', '    Kind {'), /\w+ "(\w+)" "/g)],
  ['docket_step', () => all(part('crates/domain/src/docket.rs', '    Step {'), /\w+ "(\w+)" "/g)],
  ['case_step', () => all(part('crates/domain/src/enforcement.rs', '    Step {'), /\w+ "(\w+)" "/g)],
  ['case_stage', () => all(part('crates/domain/src/enforcement.rs', '    Stage {'), /\w+ "(\w+)" "/g)],
  ['case_clock', () => all(part('crates/domain/src/enforcement/clock.rs', '    Clock {'), /\w+ "(\w+)" "/g)],
  ['penalty', () => all(part('crates/domain/src/enforcement.rs', '    PenaltyKind {'), /\w+ "(\w+)" "/g)],
  ['case_word', () => ['PartyKind', 'Procedure', 'ReviewGround', 'Outcome', 'Heard', 'Paid'].flatMap((name) => all(part('crates/domain/src/enforcement.rs', `    ${name} {`), /\w+ "(\w+)" "/g))],
  ['not_owed', () => all(part('crates/domain/src/fulfilment.rs', 'impl NotOwed'), /=> "([a-z_]+)"/g)],
  ['waiver', () => all(part('crates/domain/src/fulfilment.rs', 'impl WaiverKind'), /=> "([a-z_]+)"/g)],
]

describe('every code the program sends has an English word', () => {
  it.each(SENT)('%s', (kind, codes) => {
    const sent = codes()
    expect(sent.length, 'codes found in the source').toBeGreaterThan(1)
    expect(sent.filter((code) => !(code in english[kind])), `codes of "${kind}" without a word in codes.en.json`).toEqual([])
  })
  it('in English, not in Chinese', () => {
    const chinese = Object.entries(english).flatMap(([kind, words]) => Object.values(words).filter((word) => /[\u4e00-\u9fff]/.test(word) || !word.trim()).map((word) => `${kind}: ${word}`))
    expect(chinese).toEqual([])
  })
})

it('the roles to choose from are those of the domain, by the same words', () => {
  const domain = [...part('crates/domain/src/org.rs', '    Role {').matchAll(/\w+ "(\w+)" "(.+)"/g)].map((m) => [m[1], m[2]])
  expect(Object.entries(roles)).toEqual(domain)
})

it('no page shows a word of the server without asking for it by code', () => {
  const files = (folder: string): string[] => readdirSync(folder).flatMap((name) => (statSync(join(folder, name)).isDirectory() ? files(join(folder, name)) : [join(folder, name)]))
  const shown = files(join(ROOT, 'web/src'))
    .filter((path) => path.endsWith('.vue'))
    .flatMap((path) =>
      readFileSync(path, 'utf8').split('\n').flatMap((line) =>
        [...line.matchAll(/\{\{\s*([\w.?!]+_label)\s*\}\}/g)].map((m) => `${path.slice(ROOT.length + 9)} ${m[1]}`),
      ),
    )
  expect(shown).toEqual([])
})

describe('words of codes', () => {
  afterEach(() => loadCodes('zh-CN'))
  it('in Chinese the word of the server stands, in English the word is found by code', async () => {
    expect(codeLabel('task', 'done', '办结')).toBe('办结')
    await loadCodes('en')
    expect(codeLabel('task', 'done', '办结')).toBe('Done')
    expect(codeLabel('task', 'not_known', '别的')).toBe('别的')
    expect(codeLabel('level', null, null)).toBe('')
    expect(codeLabel('place', 'nine_small.shop', '小商店')).toBe('Small shop')
    expect(actLabel('hazard.close', '隐患：销案')).toBe('Hazard: closed')
    expect(actLabel('import.try', '台账导入：试导')).toBe('Ledger import: tried out')
    expect(actLabel('place.merge', '重复登记并入另一条')).toBe('Duplicate joined to another entry')
    expect(actLabel('hazard.unheard_of', '隐患：别的')).toBe('隐患：别的')
    expect(stageLabel({ state: 'rectifying', stage_label: '整改中·逾期 3 天', overdue: true, days_over: 3 })).toBe('Being fixed · 3 d overdue')
    const of = (key: string) => windowLabel({ key, label: '窗口', from: '2026-01-01', to: '2026-03-31' })
    expect([of('2026-Q4'), of('2026-11'), of('2026'), of('2026.tea')]).toEqual(['2026 Q4', '2026-11', '2026', '2026-01-01 – 2026-03-31'])
  })
})
