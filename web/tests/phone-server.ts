// A small server for tests of the phone: what the contract says of sync, inspections, hazards, tasks and photos, in
// memory, with a road that can break. It keeps what it was given, so that a test can count.

import { createHash } from 'node:crypto'

export interface Asked { method: string; path: string; headers: Record<string, string>; body: Uint8Array }
export interface Said { status: number; body: unknown; headers?: Record<string, string> }
interface Upload { bytes: Uint8Array; length: number; sha256: string; object: string; complete: boolean }
type Json = Record<string, any>

export const ME = {
  person: { id: '01900000-0000-7000-8000-000000000001', login: 'wu', name: '吴建平' },
  town: '500110106', town_name: '青峰镇', demo: true, server_time: '2026-11-25T10:00:00+08:00', version: '0.3.0',
  totp_enabled: false, must_change_password: false, today: '2026-11-25',
  actions: ['task.do', 'inspection.record', 'hazard.find', 'hazard.recheck'],
  hats: [{ id: 'h1', role: 'village_inspector', role_label: '村级检查员', org: { id: 'o1', name: '胡豆坪村' }, territory: { code: '500110106201', name: '胡豆坪村', path: '/500110106/201' }, post_name: '3 网格', from: '2026-01-01', to: null }],
}

export function item(code: string, text: string, more: Json = {}): Json {
  return {
    code, text, answer: 'pass_fail', answer_label: '合格与否', unit: null, grade: 'general', grade_label: '一般', weight: 1,
    photo: 'on_fail', hazard_code: 'H01.1', hazard_label: '疏散通道堵塞/占用', basis: [], mandatory: true, how: '从里往外走一遍', block: 'B', block_title: '基础检查', ...more,
  }
}

export function place(n: number, name: string): Json {
  return {
    id: `01900000-0000-7000-8000-0000000001${String(n).padStart(2, '0')}`, code: `HDP-${String(n).padStart(3, '0')}`, name, address: `${n} 组`,
    category: 'shop', category_label: '九小场所', village: { id: '500110106201', name: '胡豆坪村' }, location: { lon: 107.05, lat: 28.95 },
    responsible: '罗成', phone_masked: '138****0031', grade_label: null,
  }
}

export function task(n: number, at: Json, more: Json = {}): Json {
  return {
    id: `01900000-0000-7000-8000-0000000002${String(n).padStart(2, '0')}`, code: `RW-${n}`, kind: 'routine', kind_label: '日常检查', place: at,
    lead: { id: 'o1', name: '胡豆坪村' }, joint: [], from: '2026-11-01', due_on: '2026-11-30', state: 'assigned', state_label: '已派待接',
    assignee: { id: ME.person.id, name: ME.person.name }, left_by: null, overdue: false, days_over: 0, due_soon: false, inspection: null, vain_visits: 0, version: 1,
    actions: ['accept', 'unable'], ...more,
  }
}

const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b)
const problem = (status: number, code: string, detail: string, more: Json = {}): Said => ({ status, body: { type: 'about:blank', status, code, title: detail, detail, fields: [], trace_id: 't', ...more } })

export class PhoneServer {
  signedIn = true
  /** Whose session the browser's cookie is. */
  who = ME.person.id
  demandsLogin = false
  inspections = new Map<string, Json>()
  hazards = new Map<string, Json>()
  uploads = new Map<string, Upload>()
  steps: Json[] = []
  /** Placards hung up, items done, evidence recorded, calls answered: the bodies as they came. */
  hung: Json[] = []
  done: Json[] = []
  evidence = new Map<string, Json>()
  /** Reports villagers told, by id. */
  reports = new Map<string, Json>()
  calls: Json[] = []
  absences: Json[] = []
  answered: string[] = []
  /** Facilities whose check is due, and checks that came. */
  facilities: Json[] = [{ id: '01900000-0000-7000-8000-000000000601', code: 'SS-0001', name: '老街消火栓', territory: { id: 'v', name: '胡豆坪村' }, address: '', stage: { code: 'in_service', label: '在用' }, check_by: '2026-11-20', overdue: true, version: 4 }]
  checks: Json[] = []
  placards: Json[] = [{ id: '01900000-0000-7000-8000-000000000401', about: { id: 'v', name: '胡豆坪村' }, spot: '村委会门口', standing: 'changed', standing_label: '人员已变', repost_by: '2026-12-01', printed: true, prints_n: 2, version: 3 }]
  followUps: Json[] = [{ id: '01900000-0000-7000-8000-000000000501', text: '核对消火栓', due_on: '2026-11-30', origin: { id: 'm', name: '研判会' }, state: 'open', notes: [], version: 1 }]
  private keys = new Map<string, Said>()
  acts: Json[] = []
  posts = 0
  asked: string[] = []
  /** Refuses the next inspections with this. */
  refuses: Said | null = null
  /** May answer before the server does, or `'drop'` the connection before or after it was heard. */
  road: (asked: Asked) => 'drop' | 'drop after' | Said | null = () => null
  partBytes = 256 * 1024
  sheet: Json = {
    kind: 'full', pins: [{ code: 'B', edition: 1 }],
    items: [
      item('B01', '疏散通道、安全出口畅通'),
      item('B02', '室内无电动自行车停放、充电', { grade: 'larger', grade_label: '较大', hazard_code: 'H10.1', hazard_label: '电动自行车违规停放充电' }),
      item('N01', '装有独立式感烟报警，测试响', { block: 'N', block_title: '九小场所' }),
    ],
  }
  quick: Json = { kind: 'quick', pins: [{ code: 'Q', edition: 1 }], items: Array.from({ length: 8 }, (_, i) => item(`Q${i + 1}`, `快查第 ${i + 1} 项`, { block: 'Q', block_title: '一分钟快查' })) }
  places: Json[] = [place(1, '罗记农资门市'), place(2, '胡豆坪幼儿园'), place(3, '青胡路 41 号自建房'), place(4, '唐家茶馆')]
  tasks: Json[] = [
    task(1, this.places[0]!, { overdue: true, days_over: 1, due_on: '2026-11-24' }),
    task(2, this.places[1]!, { due_on: '2026-11-25', due_soon: true }),
    task(3, this.places[2]!, { due_on: '2026-11-28', due_soon: true, state: 'accepted', state_label: '已接', actions: ['start', 'unable'] }),
    task(4, this.places[3]!),
  ]
  officers: string[] = []
  whole = true
  /** Places of the register that no phone was given. */
  register: Json[] = []
  rechecks: Json[] = [{
    id: '01900000-0000-7000-8000-000000000301', code: 'YH-2026-0007', place: { id: this.places[0]!.id, name: '罗记农资门市' }, village: { id: '500110106201', name: '胡豆坪村' },
    hazard_code: 'H03.1', hazard_label: '灭火器缺失/失效/过期', category: '03', category_label: '消防设施器材', description: '两具灭火器压力不足', level: 'general', level_label: '一般',
    level_confirmed: true, state: 'fix_submitted', state_label: '待复查', stage_label: '复查', measure: 'advice', measure_label: '督促整改', deadline_on: '2026-11-24', original_deadline_on: '2026-11-24',
    recheck_due_on: '2026-11-26', overdue: false, days_over: 0, due_soon: true, days_left: 1, recurrence_of: null, found_at: '2026-11-14T10:00:00+08:00', found_by: '王敏', version: 4,
  }]

  /** What the law asks of a phone: stopped places, visits to sign, houses, who may punish on what. */
  stops: Json[] = [{ id: '01900000-0000-7000-8000-000000000801', place: { id: this.places[0]!.id, name: '罗记农资门市' }, village: { id: 'v', name: '胡豆坪村' }, danger: '唯一出口被封死', patrol_by: '2026-11-24', may_patrol: true, version: 3 }]
  visits: Json[] = [{ inspection: '01900000-0000-7000-8000-000000000901', place: { id: this.places[3]!.id, name: '唐家茶馆' }, on: '2026-11-20', recorder: { id: 'v', name: '胡豆坪村' }, org: { id: 'p', name: '派出所' }, bodies: [], outcome: 'clear', failed: [] }]
  houses: Json[] = [{ place: { id: this.places[2]!.id, name: '青胡路 41 号自建房' }, code: 'A-3', lodging: 9, working: null, training: null, heads: 9, village: { id: 'v', name: '胡豆坪村' }, waits: [{ id: '01900000-0000-7000-8000-000000000a01', org: { id: 'p', name: '派出所' }, kind: { code: 'licence', label: '证照核验' }, asked_on: '2026-11-24', version: 4 }] }]
  kinds: Json[] = [{ code: 'ordinary', name: '普通吹哨', about: '一家办不了的', receive: '1 小时', arrive: '2 个工作日', pressing: false }]
  law: Json = { me: 'p-1', officers: [{ person: { id: 'p-1', name: '甲' }, org: '站', lacks: '' }, { person: { id: 'p-2', name: '乙' }, org: '站', lacks: '' }, { person: { id: 'p-3', name: '丙' }, org: '站', lacks: '证件已过期' }],
    items: [{ id: 'item', name: '堵塞安全出口', from: '2026-01-01', to: '2026-11-30', standing: 'valid', range: { kinds: ['warning', 'fine'], organisation_fen: [0, 300_000], citizen_fen: [0, 20_000] } }] }
  lawful: Json[] = []
  orders: Json[] = []

  /** The same key gets the same answer again, as the program does it. */
  answer(asked: Asked): Said {
    const key = asked.headers['idempotency-key']
    const known = key ? this.keys.get(key) : undefined
    if (known) return known
    const said = this.said(asked)
    if (key && said.status < 300) this.keys.set(key, said)
    return said
  }

  private said(asked: Asked): Said {
    const url = new URL(asked.path, 'http://x')
    const path = url.pathname.replace('/api/v1', '')
    this.asked.push(`${asked.method} ${path}`)
    const body = (): Json => JSON.parse(new TextDecoder().decode(asked.body)) as Json
    if (path === '/login') {
      if (body().password !== 'right-password') return problem(401, 'login.refused', '登录名或密码不对，请重新输入')
      this.signedIn = true
      return { status: 200, body: ME }
    }
    if (!this.signedIn) return problem(401, 'session.expired', '登录已过期，请重新登录')
    const person = asked.headers['x-fengsui-person']
    if (person && person !== this.who) return problem(401, 'session.other_person', '现在登录的不是打开这个页面的人')
    if (path === '/logout') { this.signedIn = false; return { status: 204, body: null } }
    if (path === '/me') return { status: 200, body: ME }
    if (path === '/sync') return { status: 200, body: this.sync() }
    if (path === '/places') return { status: 200, body: { items: this.register.filter((one) => one.name.includes(url.searchParams.get('q'))), next: null, total: null } }
    if (path === '/inspections') return this.inspection(body())
    const receipt = /^\/inspections\/([^/]+)\/receipt$/.exec(path)
    if (receipt) {
      const kept = this.inspections.get(receipt[1]!)
      return kept ? { status: 200, body: this.receipt(kept, 'again') } : problem(404, 'not_found', '没有找到')
    }
    if (path === '/hazards') {
      const one = body()
      this.hazards.set(one.id, one)
      return { status: 200, body: { ...one, version: 1, actions: [] } }
    }
    if (/^\/hazards\/[^/]+\/steps$/.test(path)) {
      this.steps.push({ path, ...body() })
      return { status: 200, body: { version: 5 } }
    }
    if (path === '/me/away' || path === '/me/away/back') {
      if (asked.method === 'POST') this.absences.push({ path, ...body() })
      return { status: 200, body: { items: [{ force: { id: 'f', name: '胡豆坪微站' }, away: [], duties: [] }] } }
    }
    if (path === '/me/dispatches') return { status: 200, body: { items: this.orders } }
    if (path === '/me/calls') return { status: 200, body: { items: this.calls } }
    const call = /^\/call-tests\/([^/]+)\/answer$/.exec(path)
    if (call) {
      if (this.answered.includes(call[1]!)) return problem(422, 'call_test.answered', '此人已经应答，不必重复登记')
      this.answered.push(call[1]!)
      this.calls = this.calls.map((one) => ({ ...one, after_s: 9 }))
      return { status: 200, body: { items: this.calls } }
    }
    if (path === '/placards') return { status: 200, body: { items: this.placards, coverage: [], may_keep: false } }
    const hung = /^\/placards\/([^/]+)\/post$/.exec(path)
    if (hung) {
      const one = body()
      const placard = this.placards.find((p) => p.id === hung[1])!
      if (one.version !== placard.version) return problem(409, 'conflict.version', '刚被别人改过', { current: placard })
      if (!one.photos.every((id: string) => this.uploads.get(id)?.complete)) return problem(422, 'placard.photo_not_here', '照片还没有传完')
      this.hung.push(one)
      return { status: 200, body: { ...placard, standing: 'current', version: placard.version + 1 } }
    }
    if (path === '/stop-uses') return { status: 200, body: { items: this.stops } }
    if (path === '/joint-control/to-sign') return { status: 200, body: { items: this.visits } }
    if (path === '/houses') return { status: 200, body: { items: this.houses, may_count: true } }
    if (path === '/whistles/options') return { status: 200, body: { kinds: this.kinds, bodies: [], scores: [] } }
    if (path === '/cases/options') return { status: 200, body: { ...this.law, may_open: true } }
    if (asked.method === 'POST' && /^\/(stop-uses\/[^/]+\/steps|inspections\/[^/]+\/signatures|houses\/[^/]+\/count|houses\/checks\/[^/]+\/answer|papers\/[^/]+\/answer|dispatches\/[^/]+\/steps|whistles|cases\/on-spot)$/.test(path)) {
      this.lawful.push({ path, ...body() })
      return { status: 200, body: {} }
    }
    if (path === '/papers/received') return { status: 200, body: { items: [{ paper: { id: 'paper', title: '冬季消防隐患的通报', number: null, org: { id: 'office', name: '消安办' }, dated: null, answer_by: '2026-11-30' }, receipt: { org: { id: 'village', name: '胡豆坪村' }, state: 'sent', mine: true, version: 1 } }] } }
    if (path === '/facilities') return { status: 200, body: { items: this.facilities.filter((one) => ['fault', 'repairing'].includes((one.stage as { code: string }).code)), total: 0, next: null } }
    if (path === '/facilities/due') return { status: 200, body: { late: this.facilities, coming: [] } }
    const checked = /^\/facilities\/([^/]+)\/steps$/.exec(path)
    if (checked) {
      const one = body()
      const facility = this.facilities.find((f) => f.id === checked[1]!)!
      if (one.version !== facility.version) return problem(409, 'conflict.version', '刚被别人改过', { current: facility })
      this.checks.push(one)
      return { status: 200, body: { ...facility, version: facility.version + 1 } }
    }
    if (path === '/follow-ups') return { status: 200, body: { items: this.followUps, next: null } }
    if (/^\/follow-ups\/[^/]+\/done$/.test(path)) {
      this.done.push(body())
      return { status: 200, body: { ...this.followUps[0], state: 'done', version: 2 } }
    }
    if (path === '/report-cases/options') return { status: 200, body: { voice: { most_s: 45, most_kb: 2048 } } }
    if (path === '/report-cases' && asked.method === 'GET') return { status: 200, body: { items: [], total: 0, next: null } }
    if (path === '/report-cases') {
      this.reports.set(body().id, body())
      return { status: 200, body: { id: body().id, receipt: body().receipt } }
    }
    if (path === '/evidence/options') return problem(403, 'policy.forbidden', '没有权限')
    if (path === '/evidence') {
      this.evidence.set(body().id, body())
      return { status: 200, body: body() }
    }
    const act = /^\/tasks\/([^/]+)\/(accept|unable)$/.exec(path)
    if (act) return this.act(act[1]!, act[2]!, body())
    const photo = /^\/photos\/([^/]+)(\/state)?$/.exec(path)
    if (photo && asked.method === 'PUT') return this.part(photo[1]!, url, asked)
    if (photo) {
      const kept = this.uploads.get(photo[1]!)
      return kept ? { status: 200, body: this.state(kept) } : problem(404, 'not_found', '没有找到')
    }
    return problem(404, 'not_found', '没有找到')
  }

  private sync(): Json {
    return {
      cursor: '7', server_time: ME.server_time, anchor: 'anchor-1', me: ME, tasks: this.tasks, gone: [], places: this.places,
      sheets: Object.fromEntries(this.places.map((p) => [p.id, this.sheet])), quick: this.quick, rechecks: this.rechecks,
      hazard_codes: [
        { code: 'H01.1', label: '疏散通道堵塞/占用', category: '01', category_label: '疏散通道/安全出口' },
        { code: 'H03.1', label: '灭火器缺失/失效/过期', category: '03', category_label: '消防设施器材' },
        { code: 'H10.1', label: '违规停放充电', category: '10', category_label: '电动自行车' },
        { code: 'H99.1', label: '其他', category: '99', category_label: '其他' },
      ],
      people: [{ id: '01900000-0000-7000-8000-000000000002', name: '王敏' }],
      officers: this.officers, places_whole: this.whole, hazards: this.rechecks,
    }
  }

  private inspection(record: Json): Said {
    this.posts += 1
    if (this.refuses) return this.refuses
    const kept = this.inspections.get(record.id)
    if (kept && !same(kept, record)) return problem(409, 'inspection.conflict', '同一编号已有另一份记录')
    this.inspections.set(record.id, record)
    return { status: 200, body: this.receipt(record, kept ? 'again' : 'new') }
  }

  private receipt(record: Json, receipt: string): Json {
    const named: string[] = [...record.photos, ...record.answers.flatMap((a: Json) => a.photos), ...(record.companion.signature ? [record.companion.signature] : [])]
    const photos = named.map((id) => ({ id, sha256: this.uploads.get(id)?.sha256 ?? '', complete: this.uploads.get(id)?.complete ?? false, item: null, role: 'item', taken_at: null, width: 1, height: 1 }))
    return { id: record.id, receipt, outcome: 'clear', outcome_label: '无隐患', flags: [{ code: 'inspection.no_overview', message: '没有门头或全景照片' }, ...(record.task === 'moved' ? [{ code: 'inspection.task_not_moved', message: '检查已登记；任务已取消' }] : [])], hazards: record.answers.some((a: Json) => a.value === 'fail') ? [{ id: 'z1', name: 'YH-2026-0012' }] : [], photos, complete: photos.every((p) => p.complete), recorded_at: ME.server_time }
  }

  private act(id: string, what: string, body: Json): Said {
    const kept = this.tasks.find((t) => t.id === id)
    if (!kept) return problem(404, 'not_found', '没有找到')
    if (kept.version !== body.version) return problem(409, 'conflict.version', '这项任务刚被别人改过', { current: kept })
    if (what === 'unable' && kept.state !== 'accepted') return problem(422, 'task.not_now', '任务没有接下，不能登记无法检查')
    kept.version += 1
    kept.state = what === 'accept' ? 'accepted' : 'unable'
    this.acts.push({ id, what, ...body })
    return { status: 200, body: kept }
  }

  private part(id: string, url: URL, asked: Asked): Said {
    if (asked.body.length > this.partBytes) return problem(413, 'body.too_large', '内容过大')
    const at = Number(asked.headers['upload-offset'])
    const kept = this.uploads.get(id) ?? {
      bytes: new Uint8Array(), length: Number(asked.headers['upload-length']), sha256: asked.headers['upload-sha256']!, complete: false,
      object: `${url.searchParams.get('object_kind')}/${url.searchParams.get('object_id')}`,
    }
    this.uploads.set(id, kept)
    if (kept.complete) return { status: 200, body: this.state(kept) }
    if (at !== kept.bytes.length) return problem(409, 'photo.offset', '断点不对', { received: kept.bytes.length })
    const bytes = new Uint8Array(kept.bytes.length + asked.body.length)
    bytes.set(kept.bytes)
    bytes.set(asked.body, kept.bytes.length)
    kept.bytes = bytes
    if (bytes.length === kept.length) {
      if (sha(bytes) !== kept.sha256) {
        kept.bytes = new Uint8Array()
        return problem(422, 'photo.hash', '照片在路上损坏，请再传一次')
      }
      kept.complete = true
    }
    return { status: 200, body: this.state(kept) }
  }

  private state(kept: Upload): Json {
    return { received: kept.bytes.length, complete: kept.complete, sha256: kept.complete ? sha(kept.bytes) : null }
  }

  /** The browser's `fetch`, with the road in between. */
  fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const headers = Object.fromEntries(Object.entries((init.headers ?? {}) as Record<string, string>).map(([k, v]) => [k.toLowerCase(), v]))
    const body = init.body ? new Uint8Array(await new Response(init.body).arrayBuffer()) : new Uint8Array()
    const asked: Asked = { method: init.method ?? 'GET', path: String(input), headers, body }
    const way = this.road(asked)
    if (way === 'drop') throw new TypeError('Failed to fetch')
    const said = way && way !== 'drop after' ? way : this.answer(asked)
    if (way === 'drop after') throw new TypeError('Failed to fetch')
    const type = said.status >= 400 ? 'application/problem+json' : 'application/json'
    return new Response(said.status === 204 ? null : JSON.stringify(said.body), { status: said.status, headers: { 'content-type': type, date: new Date().toUTCString(), ...said.headers } })
  }
}
