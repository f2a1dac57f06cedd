import { afterEach, describe, expect, it, vi } from 'vitest'
import { ApiProblem, actAs, api, setHooks, url } from './client'
import { uuidv7 } from './id'
import { effectScope } from 'vue'
import { resultOf, useJob } from '../ui/jobs'
import { useAct } from './use'

const answer = (status: number, body: unknown, headers: Record<string, string> = {}) =>
  new Response(body === null ? null : JSON.stringify(body), { status, headers })

afterEach(() => vi.unstubAllGlobals())

describe('client', () => {
  it('marks writes as ours and as one operation', async () => {
    const fetch = vi.fn(async (_url: string, _init: RequestInit) => answer(200, { id: '1' }))
    vi.stubGlobal('fetch', fetch)
    await api.post('/places', { name: 'x' })
    const init = fetch.mock.calls[0]?.[1] as RequestInit & { headers: Record<string, string> }
    expect(init.headers['X-Fengsui']).toBe('1')
    expect(init.headers['Idempotency-Key']).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  })

  it('says with what is sent or fetched who the page believes is signed in, but not with what the page looks up', async () => {
    const said: (string | undefined)[] = []
    vi.stubGlobal('fetch', async (_url: string, init: RequestInit & { headers: Record<string, string> }) => {
      said.push(init.headers['X-Fengsui-Person'])
      return answer(200, {})
    })
    actAs('p-1')
    await api.post('/places', {})
    await api.get('/places')
    await api.get('/exports/places', undefined, { wanted: true })
    actAs('')
    await api.post('/login', {})
    expect(said).toEqual(['p-1', undefined, 'p-1', undefined])
  })

  it('turns a problem into code, fields and the row as it stands', async () => {
    vi.stubGlobal('fetch', async () =>
      answer(409, { code: 'conflict.version', detail: '别人刚改过', fields: [{ field: 'name', code: 'c', message: 'm' }], current: { version: 3 } }),
    )
    const problem = await api.put('/places/1', {}).catch((e: unknown) => e)
    expect(problem).toBeInstanceOf(ApiProblem)
    const known = problem as ApiProblem
    expect([known.status, known.code, known.message, known.conflict]).toEqual([409, 'conflict.version', '别人刚改过', true])
    expect(known.field('name')).toBe('m')
    const twice = new ApiProblem(422, 'validation', 's', [{ field: 'code', code: 'required', message: '请填写' }, { field: 'code', code: 'territory.code', message: '村代码是九位加三位数字' }])
    expect(twice.field('code')).toBe('请填写 村代码是九位加三位数字')
    // A rule names no field: whoever knows its code knows the field.
    const rule = new ApiProblem(422, 'road.backwards', '恢复日期早于封闭日期')
    expect([rule.field('until'), rule.field('until', 'road.backwards'), rule.field('on', 'road.not_yet')]).toEqual([undefined, '恢复日期早于封闭日期', undefined])
    expect(known.current).toEqual({ version: 3 })
  })

  it('leads a 401 to the login, unless asked quietly', async () => {
    const unauthenticated = vi.fn()
    setHooks({ unauthenticated })
    vi.stubGlobal('fetch', async () => answer(401, { code: 'session.missing', detail: '请先登录' }))
    await api.get('/me', undefined, { quiet: true }).catch(() => undefined)
    expect(unauthenticated).not.toHaveBeenCalled()
    await api.get('/me').catch(() => undefined)
    expect(unauthenticated).toHaveBeenCalledOnce()
  })

  it('sends anew what was on its way while somebody showed again who he is', async () => {
    const unauthenticated = vi.fn()
    setHooks({ unauthenticated })
    let renewed = false
    let let_through = (): void => undefined
    const held = new Promise<void>((go) => (let_through = go))
    vi.stubGlobal('fetch', async (path: string) => {
      if (!path.endsWith('/session/step-up')) return renewed ? answer(200, { items: [] }) : answer(401, { code: 'session.expired', detail: '登录已过期' })
      await held
      renewed = true
      return answer(204, null)
    })
    const shown = api.post('/session/step-up', { password: 'x' })
    const list = api.get<{ items: unknown[] }>('/places')
    let_through()
    await shown
    expect((await list).items).toEqual([])
    expect(unauthenticated).not.toHaveBeenCalled()
    renewed = false
    await api.get('/places').catch(() => undefined)
    expect(unauthenticated).toHaveBeenCalledOnce()
  })

  it('keeps the key over a lost connection and drops it after an answer', async () => {
    const keys: string[] = []
    let lost = true
    vi.stubGlobal('fetch', async (_url: string, init: RequestInit & { headers: Record<string, string> }) => {
      keys.push(init.headers['Idempotency-Key'] ?? '')
      if (lost) throw new TypeError('no network')
      return answer(200, {})
    })
    const act = useAct((key: string) => api.post('/places', {}, { key }))
    await act.run()
    expect(act.problem.value?.offline).toBe(true)
    lost = false
    await act.run()
    await act.run()
    expect(keys[0]).toBe(keys[1])
    expect(keys[2]).not.toBe(keys[1])
  })

  it('a job that failed has had its answer: pressed again it is another operation', async () => {
    const keys: string[] = []
    vi.stubGlobal('fetch', async (_url: string, init: RequestInit) => {
      const key = (init.headers as Record<string, string>)['Idempotency-Key'] ?? ''
      keys.push(key)
      return answer(200, { id: key, kind: 'road.read', kind_label: '', state: 'failed', result: null, error: '读不出这个文件' })
    })
    const job = effectScope().run(() => useJob())
    const act = useAct(async (key: string) => job && resultOf(await job.follow(await api.post('/roads/files', {}, { key }))))
    await act.run()
    expect(act.problem.value?.message).toBe('读不出这个文件')
    await act.run()
    expect(keys[0]).not.toBe(keys[1])
  })

  it('leaves empty filters out of the address', () => {
    expect(url('/places', { q: '', village: 'v1', limit: 20, after: null })).toBe('/api/v1/places?village=v1&limit=20')
  })
})

it('ids sort by time', () => {
  expect(uuidv7(1_000) < uuidv7(2_000)).toBe(true)
})
