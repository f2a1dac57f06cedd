import { flushPromises } from '@vue/test-utils'
import { createPinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { createApp } from 'vue'
import { createI18n } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import { LEFT, useSession } from '../../desk/session'
import { type ApiProblem, api, download, setHooks, signedOut } from '../../shared/api/client'
import zhShared from '../../shared/locales/zh-CN.json'
import zh from './locales/zh-CN.json'
import { askSignIn } from './signIn'

const words = createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared: zhShared, session: zh } } })
const answer = (status: number, body: unknown) => new Response(JSON.stringify(body), { status })
const ME = { person: { id: 'p-clerk', login: 'clerk', name: '罗办' }, totp_enabled: false, actions: [] }
const OTHER = { code: 'session.other_person', detail: '现在登录的不是打开这个页面的人' }
const FORCED = { code: 'password.must_change', detail: '请先修改初始密码，再使用其他功能' }
const OVER = { code: 'session.expired', detail: '登录已过期，请重新登录' }

interface Given { login?: string; password?: string; totp?: string; old_password?: string; new_password?: string }
/** A server whose session has ended; `code` is the second factor it asks for, `reset` a password the office has reset. */
function server({ code = '', reset = false } = {}) {
  const seen: { path: string; key: string | undefined; person: string | undefined; body: Given | undefined }[] = []
  let who = ''
  let must = reset
  let held: Promise<void> | null = null
  vi.stubGlobal('fetch', async (path: string, init: RequestInit & { headers: Record<string, string> }) => {
    const body = typeof init.body === 'string' ? (JSON.parse(init.body) as Given) : undefined
    const person = init.headers['X-Fengsui-Person']
    seen.push({ path, key: init.headers['Idempotency-Key'], person, body })
    const known = who
    if (held && !path.endsWith('/login') && !path.endsWith('/logout')) await held
    if (path.endsWith('/logout')) {
      who = ''
      return new Response(null, { status: 204 })
    }
    if (!path.endsWith('/login')) {
      if (!known) return answer(401, OVER)
      if (person && person !== known) return answer(401, OTHER)
      if (path.endsWith('/me/password')) {
        if ((body?.new_password ?? '').length < 12) return answer(422, { code: 'validation', detail: '填写有误', fields: [{ field: 'new_password', code: 'password.short', message: '新密码太短' }] })
        must = false
        return new Response(null, { status: 204 })
      }
      return must ? answer(403, FORCED) : answer(200, { id: 'p1' })
    }
    if (body?.password !== '对的') return answer(401, { code: 'login.refused', detail: '账号或密码不对' })
    if (code && body.totp !== code) return answer(401, body.totp ? { code: 'login.totp_wrong', detail: '验证码不对' } : { code: 'login.totp_required', detail: '请再输入验证器上的六位数字' })
    who = 'p-clerk'
    return answer(200, { ...ME, must_change_password: must })
  })
  return {
    seen,
    saved: () => seen.filter((one) => one.key && one.path.endsWith('/places')),
    /** Somebody signs in in another tab. */
    enters: (person: string) => (who = person),
    resets: () => (must = true),
    /** Answers come only when this is called. */
    hold: () => {
      let go = (): void => undefined
      held = new Promise((done) => (go = done))
      return () => {
        held = null
        go()
      }
    },
  }
}
const box = (name: string): HTMLInputElement => document.querySelector<HTMLInputElement>(`.dialog input[name=${name}]`)!
async function type(name: string, text: string): Promise<void> {
  box(name).value = text
  box(name).dispatchEvent(new Event('input'))
  await flushPromises()
}
async function give(name: string, text: string): Promise<void> {
  await type(name, text)
  document.querySelector<HTMLFormElement>('#sign-in')!.dispatchEvent(new Event('submit'))
  await flushPromises()
}
const dialog = (): Element | null => document.querySelector('.dialog')
/** Another tab of the browser signs out. */
const leaveElsewhere = (): boolean => dispatchEvent(new StorageEvent('storage', { key: LEFT, newValue: '1' }))
const cancel = (): void => document.querySelector<HTMLButtonElement>('.dialog footer button')!.click()

const app = createApp({ render: () => null })
const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
app.use(createPinia()).use(words).use(router)

describe('a session that ends under the work', () => {
  beforeEach(() => {
    useSession().me = ME as never
    setHooks({ unauthenticated: (problem, writes, clicked) => askSignIn(app, problem, writes || clicked) })
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
    server({ code: '123456' })
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
  it('is offered again for what he fetches or clicks for after he said no, but not for what the page asks', async () => {
    const town = server()
    vi.useFakeTimers({ toFake: ['Date'] })
    const saved = api.post('/places', {}).catch(() => undefined)
    await flushPromises()
    // The click on the button itself asks for nothing.
    cancel()
    await saved
    await api.get('/places').catch(() => undefined)
    expect(dialog()).toBeNull()
    const file = download('/exports/places').catch((e: unknown) => e)
    await flushPromises()
    expect(dialog()).not.toBeNull()
    cancel()
    expect(((await file) as ApiProblem).message).toBe(OVER.detail)
    document.body.click()
    vi.setSystemTime(Date.now() + 2_000)
    await api.get('/places').catch(() => undefined)
    expect(dialog()).toBeNull()
    document.body.click()
    const list = api.get<{ id: string }>('/places')
    await flushPromises()
    await give('password', '对的')
    expect((await list).id).toBe('p1')
    expect(town.seen.filter((one) => one.path.includes('/exports')).map((one) => one.person)).toEqual(['p-clerk'])
    vi.useRealTimers()
  })

  it('does not save under the name of another who signed in meanwhile, and does when its own person is back', async () => {
    const town = server()
    town.enters('p-other')
    const saved = api.post<{ id: string }>('/places', { name: '填好的' })
    await flushPromises()
    expect(dialog()!.textContent).toContain(OTHER.detail)
    expect(dialog()!.textContent).toContain('现在登录的是另一个人')
    expect(box('username').value).toContain('clerk')
    await give('password', '对的')
    expect((await saved).id).toBe('p1')
    expect(town.saved().map((one) => one.person)).toEqual(['p-clerk', 'p-clerk'])
    expect(town.saved()[0]).toEqual(town.saved()[1])
  })

  it('changes a password the office has reset in the same window, and then saves', async () => {
    const town = server({ reset: true })
    const saved = api.post<{ id: string }>('/places', { name: '填好的' })
    await flushPromises()
    await give('password', '对的')
    expect(dialog()!.textContent).toContain('须先修改密码')
    await type('new', '短')
    await give('again', '不一样')
    expect(document.querySelector('[role=alert]')!.textContent).toContain('不一致')
    await give('again', '短')
    expect(document.querySelector('[role=alert]')!.textContent).toContain('新密码太短')
    await type('new', '梧桐树下的水池要加水')
    await give('again', '梧桐树下的水池要加水')
    expect(town.saved()).toHaveLength(1)
    await type('new', '梧桐树下的消防水池要加水')
    await give('again', '梧桐树下的消防水池要加水')
    expect((await saved).id).toBe('p1')
    expect(dialog()).toBeNull()
    expect(useSession().me!.must_change_password).toBe(false)
    const given = town.seen.filter((one) => one.path.endsWith('/me/password')).at(-1)!
    expect(given.body).toEqual({ old_password: '对的', new_password: '梧桐树下的消防水池要加水' })
    expect(town.saved()[0]!.key).toBe(town.saved()[1]!.key)
  })

  it('asks for the new password alone where he signed in with the reset one in another tab', async () => {
    const town = server()
    town.enters('p-clerk')
    town.resets()
    const saved = api.post<{ id: string }>('/places', {})
    await flushPromises()
    expect(dialog()!.textContent).toContain('须先修改密码')
    await type('password', '对的')
    await type('new', '梧桐树下的消防水池要加水')
    await give('again', '梧桐树下的消防水池要加水')
    expect((await saved).id).toBe('p1')
    expect(town.seen.some((one) => one.path.endsWith('/login'))).toBe(false)
  })

  it('closes when somebody signs out in another tab: what waited is not sent', async () => {
    const town = server()
    const saved = api.post('/places', {}).catch((e: unknown) => e)
    await flushPromises()
    await type('password', '对的')
    // He has pressed the button, and the sign-out comes before the answer.
    document.querySelector<HTMLFormElement>('#sign-in')!.dispatchEvent(new Event('submit'))
    leaveElsewhere()
    await flushPromises()
    expect(dialog()).toBeNull()
    expect(((await saved) as ApiProblem).message).toBe(OVER.detail)
    expect(town.saved()).toHaveLength(1)
  })

  it('is not opened for what was on its way when he signed out, here or in another tab, and that is never sent anew', async () => {
    const town = server()
    for (const leave of [() => useSession().logout(), leaveElsewhere]) {
      useSession().me = ME as never
      town.enters('')
      const go = town.hold()
      const sent = town.saved().length
      const saved = api.post('/places', {}).catch((e: unknown) => e)
      await leave()
      await useSession().login({ login: 'clerk', password: '对的' }, 'key')
      go()
      expect(((await saved) as ApiProblem).status).toBe(401)
      await flushPromises()
      expect(dialog()).toBeNull()
      expect(town.saved()).toHaveLength(sent + 1)
    }
  })
})
