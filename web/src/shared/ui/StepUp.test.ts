import { flushPromises, mount } from '@vue/test-utils'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import zh from '../locales/zh-CN.json'
import { ApiProblem, api, download, setHooks } from '../api/client'
import StepUp from './StepUp.vue'
import { askStepUp } from './stepUp'

const plugins = [createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared: zh } } })]
const answer = (status: number, body: unknown) => new Response(body === null ? null : JSON.stringify(body), { status })
const NEEDED = { code: 'session.step_up_needed', detail: '这项操作要再确认一次是您本人' }

/** A server that wants the password before an account is opened. */
function server(totp = false) {
  const seen: { path: string; key: string | undefined; body: unknown }[] = []
  let fresh = false
  vi.stubGlobal('fetch', async (path: string, init: RequestInit & { headers: Record<string, string> }) => {
    const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : undefined
    seen.push({ path, key: init.headers['Idempotency-Key'], body })
    if (path.endsWith('/me')) return answer(200, { totp_enabled: totp })
    if (!path.endsWith('/session/step-up')) return fresh ? answer(200, { login: 'newcomer' }) : answer(403, NEEDED)
    const given = body as { password?: string; totp?: string }
    fresh = totp ? given.totp === '123456' : given.password === '对的'
    return fresh ? answer(204, null) : answer(422, { code: 'validation', fields: [{ field: 'password', code: 'password.wrong', message: '密码不对，请重新输入' }] })
  })
  return seen
}
const field = (): HTMLInputElement => document.querySelector<HTMLInputElement>('.dialog input')!
async function give(text: string): Promise<void> {
  field().value = text
  field().dispatchEvent(new Event('input'))
  await flushPromises()
  document.querySelector<HTMLFormElement>('#step-up')!.dispatchEvent(new Event('submit'))
  await flushPromises()
}

describe('StepUp', () => {
  setHooks({ stepUp: askStepUp })
  afterEach(() => {
    vi.unstubAllGlobals()
    document.body.innerHTML = ''
  })

  it('asks for the password and sends the same request again under the same key', async () => {
    const seen = server()
    const page = mount(StepUp, { global: { plugins }, attachTo: document.body })
    const opened = api.post<{ login: string }>('/accounts', { login: 'newcomer' })
    const beside = api.post('/accounts/x/enable')
    await flushPromises()
    expect(document.querySelectorAll('.dialog')).toHaveLength(1)
    expect(field().type).toBe('password')
    await give('错的')
    expect(document.querySelector('[role=alert]')!.textContent).toContain('密码不对')
    await give('对的')
    expect((await opened).login).toBe('newcomer')
    await beside
    expect(document.querySelector('.dialog')).toBeNull()
    const sent = seen.filter((one) => one.path.endsWith('/accounts'))
    expect(sent).toHaveLength(2)
    expect(sent[0]).toEqual(sent[1])
    page.unmount()
  })

  it('asks for the code where a second factor is set up', async () => {
    server(true)
    const page = mount(StepUp, { global: { plugins }, attachTo: document.body })
    const opened = api.post<{ login: string }>('/accounts', {})
    await flushPromises()
    expect(field().autocomplete).toBe('one-time-code')
    await give('123456')
    expect((await opened).login).toBe('newcomer')
    page.unmount()
  })

  it('leaves the refusal with the page when the person will not', async () => {
    server()
    const page = mount(StepUp, { global: { plugins }, attachTo: document.body })
    const file = download('/exports/places').catch((e: unknown) => e)
    await flushPromises()
    document.querySelector<HTMLButtonElement>('.dialog footer button')!.click()
    const refused = (await file) as ApiProblem
    expect([refused.code, refused.message]).toEqual(['session.step_up_needed', NEEDED.detail])
    expect(document.querySelector('.dialog')).toBeNull()
    page.unmount()
  })
})
