import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { ApiProblem } from '../api/client'
import { loadCodes, said, speaking } from './codes'
import table from './said.en.json'

const loadSaid = async (locale: string): Promise<void> => {
  await loadCodes(locale)
  await speaking.value.ready
}
afterEach(() => loadSaid('zh-CN'))
const rooms: Record<string, Record<string, string>> = table
const all = Object.entries(rooms).flatMap(([room, words]) => Object.entries(words).map(([chinese, english]) => ({ room, chinese, english })))
const names = (text: string): string[] => [...new Set([...text.replace(/\{\{|\}\}/g, '').matchAll(/\{(\w+)\}/g)].map((m) => m[1] ?? ''))].sort()

describe('the table of what the server says', () => {
  it('names the same values in both languages', () => {
    expect(all.length).toBeGreaterThan(1000)
    expect(all.filter((one) => `${names(one.chinese)}` !== `${names(one.english)}`)).toEqual([])
  })
  it('is English, with Chinese only where a word of a paper or a sheet is quoted', () => {
    const bare = (text: string): string => text.replace(/\u201c[^\u201d]*\u201d/g, '')
    const chinese = all.filter((one) => !one.english.trim() || /[\p{Script=Han}\uff0c\uff1b\u3002\uff1a]/u.test(bare(one.english)))
    expect(chinese).toEqual([])
  })
  it('has each sentence once', () => {
    const seen = new Map<string, string>()
    const twice = all.filter((one) => seen.has(one.chinese) || !seen.set(one.chinese, one.room))
    expect(twice).toEqual([])
  })
})

describe('in English', () => {
  it.each([
    ['隐患目前为“待复查”，不能定级；请刷新页面，按当前环节办理', 'The hazard is “To re-check” and this cannot be done: Grade. Reload the page and take the step that is due'],
    ['整改期限 2026-11-20 已过，不能再申请延期；请尽快整改并提交', 'The deadline 2026-11-20 has passed; no extension can be asked for. Fix it soon and hand it in'],
    ['检查项 J03 不合格，至少要有一张照片；请拍照', 'Item J03 failed and needs a photo at least. Take one'],
    ['陈国强 2026-11-27 夜班已在“凌阁堂村微型消防站”值班，不能重复排班', '陈国强 is on duty at “凌阁堂村微型消防站” on 2026-11-27, night shift; nobody is on duty twice'],
    ['编号“{n}”要含 {year} 和 {n}，请补上', 'The number “{n}” must contain {year} and {n}. Add them'],
    ['净宽未测；有门或道闸，能否通过不明', 'width not measured; Gate: unknown whether it gets through'],
    ['净宽 2.8 米，不足 3.5 米', 'width 2.8 m, less than 3.5 m'],
    ['李建国没有登记位置，算不出到场时间，请补登', '李建国 has no recorded position, so its arrival cannot be worked out. Record it'],
    ['青峰镇消防站消防车：五组进组路（净宽 3.2 米，不足 4 米）', '青峰镇消防站消防车: 五组进组路 (width 3.2 m, less than 4 m)'],
    ['住宿、工作、培训最多 17 人，超过 10 人', 'living, working, learning: at most 17 people, more than 10'],
    ['未整改较大隐患（1）', 'Open larger hazards (1)'],
    ['派给 叶翠兰', 'assigned to 叶翠兰'],
    ['需要 4 项，已有 2 项：现场照片、巡查。', '4 records needed, 2 records there: Photos, Patrol.'],
  ])('%s', async (chinese, english) => {
    await loadSaid('en')
    expect(said(chinese)).toBe(english)
  })
  it('every reason of a risk, with what was counted', async () => {
    await loadSaid('en')
    const source = readFileSync(join(__dirname, '../../../../crates/domain/src/risk.rs'), 'utf8')
    const labels = [...source.matchAll(/\("\w+", "(\p{Script=Han}[^"]*)", (?:kind|shield|Condition)/gu)].map((m) => m[1] ?? '')
    expect(labels.length, 'rules in the source').toBe(26)
    expect(labels.flatMap((label) => [label, `${label}（12）`]).filter((text) => /\p{Script=Han}/u.test(said(text)))).toEqual([])
  })
  it('what a person wrote, names and what nobody translated stay', async () => {
    await loadSaid('en')
    for (const text of ['老街面馆的后门堆了纸箱、煤气罐', '陈国强、李建国', '请按检查表要求整改，完成后上传整改后照片', '到餐馆检查液化气软管，一处接口松动已当场紧固。', 'Not found', '']) expect(said(text)).toBe(text)
    expect(said(undefined)).toBeUndefined()
  })
  it('in Chinese every sentence stays the server\u2019s', async () => {
    await loadSaid('zh-CN')
    expect(said('请先登录')).toBe('请先登录')
  })
  it('a refusal is told in English with its fields', async () => {
    await loadSaid('en')
    const problem = new ApiProblem(422, 'validation', '填写有误，请按提示更正', [{ field: 'name', code: 'place.no_name', message: '没有填写场所名称，请按门头或执照填写' }])
    expect([problem.message, problem.field('name')]).toEqual(['Some entries are wrong. Correct them as shown', 'The place has no name. Write it as on the sign or licence'])
  })
})
