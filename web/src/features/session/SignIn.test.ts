import { flushPromises } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { createI18n } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useSession } from '../../desk/session'
import { type ApiProblem, api, setHooks, signedOut } from '../../shared/api/client'
import zhShared from '../../shared/locales/zh-CN.json'
import zh from './locales/zh-CN.json'
import { askSignIn } from './signIn'

const words = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared: zhShared, session: zh } } })
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })
const ME = { person: { login: 'clerk', name: '罗办' }, totp_enabled: false, actions: [] }
const OVER = { code: 'session.expired', detail: '登录已过期，请重新登录' }

/** A server whose session has ended; `code` is the second factor it asks for. */
function server(code = '') {
  const seen: { path: string; key: string | undefined; body: { login?: string; password?: string; totp?: string } | undefined }[] = []
  let open = false
  vi.stubGlobal('fetch', async (path: string, init: RequestInit & { headers: Record<string, string> }) => {
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as { login?: string; password?: string; totp?: string }) : undefined
    seen.push({ path, key: init.headers['Idempotency-Key'], body })
    if (!path.endsWith('/login')) return open ? answer(200, { id: 'p1' }) : answer(401, OVER)
    if (body?.password !== '对的') return answer(401, { code: 'login.refused', detail: '账号或密码不对' })
    if (code && body.totp !== code) return answer(401, body.totp ? { code: 'login.totp_wrong', detail: '验证码不对' } : { code: 'login.totp_required', detail: '请再输入验证器上的六位数字' })
    open = true
    return answer(200, ME)
  })
  return { seen, end: () => (open = false) }
}
const box = (name: string): HTMLInputElement => document.querySelector<HTMLInputElement>(`.dialog input[name=${name}]`)!
async function give(name: string, text: string): Promise<void> {
  box(name).value = text
  box(name).dispatchEvent(new Event('input'))
  await flushPromises()
  document.querySelector<HTMLFormElement>('#sign-in')!.dispatchEvent(new Event('submit'))
  await flushPromises()
}
const cancel = (): void => document.querySelector<HTMLButtonElement>('.dialog footer button')!.click()

const app = createApp({ render: () => null })
const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
app.use(createPinia()).use(words).use(router)

describe('a session that ends under the work', () => {
  beforeEach(() => {
    useSession().me = ME as never
    setHooks({ unauthenticated: (problem, writes) => askSignIn(app, problem.message, writes) })
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    document.body.innerHTML = ''
  })

  it('is renewed over the page by the same person, and what was sent goes once more under the same key', async () => {
    const { seen } = server()
    const saved = api.post<{ id: string }>('/places', { name: '填好的' })
    const list = api.get('/places')
    await flushPromises()
    expect(document.querySelectorAll('.dialog')).toHaveLength(1)
    expect(document.querySelector('.dialog')!.textContent).toContain(OVER.detail)
    expect([box('username').value, box('username').readOnly]).toEqual(['罗办 · clerk', true])
    expect(document.querySelector<HTMLAnchorElement>('.dialog form a')!.getAttribute('href')).toMatch(/^\/login\?next=/)
    await give('password', '错的')
    expect(document.querySelector('[role=alert]')!.textContent).toContain('账号或密码不对')
    expect(signedOut()).toBe(true)
    await give('password', '对的')
    expect((await saved).id).toBe('p1')
    await list
    expect(document.querySelector('.dialog')).toBeNull()
    const sent = seen.filter((one) => one.key && one.path.endsWith('/places'))
    expect(sent).toHaveLength(2)
    expect(sent[0]).toEqual(sent[1])
    expect(seen.filter((one) => one.path.endsWith('/login')).map((one) => one.body?.login)).toEqual(['clerk', 'clerk'])
    expect(signedOut()).toBe(false)
  })

  it('asks for the code where the account has a second factor', async () => {
    server('123456')
    const saved = api.post<{ id: string }>('/places', {})
    await flushPromises()
    expect(box('totp')).toBeNull()
    await give('password', '对的')
    expect(document.querySelector('[role=alert]')!.textContent).toContain('六位数字')
    await give('totp', '000000')
    expect(document.querySelector('[role=alert]')!.textContent).toContain('验证码不对')
    await give('totp', '123456')
    expect((await saved).id).toBe('p1')
  })

  it('stays with the refusal under the form when the person will not, and asks again only for what he does', async () => {
    server()
    const saved = api.post('/places', {}).catch((e: unknown) => e)
    await flushPromises()
    cancel()
    expect(((await saved) as ApiProblem).message).toBe(OVER.detail)
    expect(useSession().me).not.toBeNull()
    await api.get('/places').catch(() => undefined)
    expect(document.querySelector('.dialog')).toBeNull()
    // He saves again, or goes to another page.
    const again = api.post('/places', {}).catch(() => undefined)
    await flushPromises()
    expect(document.querySelector('.dialog')).not.toBeNull()
    cancel()
    await again
    await router.push('/hazards')
    const list = api.get('/places').catch(() => undefined)
    await flushPromises()
    expect(document.querySelector('.dialog')).not.toBeNull()
    cancel()
    await list
  })
})
