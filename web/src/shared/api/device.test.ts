// @vitest-environment node
import 'fake-indexeddb/auto'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { api, setHooks } from './client'
import { canKeepKey, forgetKey, keepKey, newKey, prove } from './device'
import { Clock } from '../../m/store/clock'
import { Http } from '../../m/store/http'

const bytes = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (one) => one.charCodeAt(0))

/** A server that knows one public key, and lets nobody in before that key was shown. */
class Gate {
  proven = false
  challenges = 0
  asked: string[] = []
  constructor(public key: string) {}

  fetch = async (input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> => {
    const path = String(input)
    this.asked.push(`${init.method ?? 'GET'} ${path}`)
    const said = (status: number, body: unknown) => new Response(status === 204 ? null : JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } })
    if (path.endsWith('/session/challenge')) return said(200, { challenge: `c${++this.challenges}` })
    if (path.endsWith('/session/proof')) {
      const { challenge, signature } = JSON.parse(String(init.body)) as { challenge: string; signature: string }
      const key = await crypto.subtle.importKey('raw', bytes(this.key), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['verify'])
      const fits = challenge === `c${this.challenges}` && (await crypto.subtle.verify({ name: 'ECDSA', hash: 'SHA-256' }, key, bytes(signature), new TextEncoder().encode(challenge)))
      this.proven ||= fits
      return fits ? said(204, null) : said(401, { code: 'session.proof_refused', detail: '密钥不一致' })
    }
    return this.proven ? said(200, { ok: true }) : said(401, { code: 'session.proof_needed', detail: '只在那部手机上有效' })
  }
}

async function signedIn(): Promise<Gate> {
  const key = await newKey()
  await keepKey(true)
  return new Gate(key)
}
const phone = (gate: Gate) => new Http(new Clock(() => Date.now()), gate.fetch)

beforeEach(async () => { await forgetKey() })
afterEach(() => vi.unstubAllGlobals())

describe('a key of the phone', () => {
  it('is a point of P-256 whose private half nobody gets', async () => {
    const key = await newKey()
    expect([bytes(key).length, bytes(key)[0]]).toEqual([65, 4])
    const opened = await new Promise<IDBDatabase>((done) => { const asked = indexedDB.open('fengsui.device'); asked.onsuccess = () => done(asked.result) })
    const kept = await new Promise<CryptoKey>((done) => { const asked = opened.transaction('key').objectStore('key').get('next'); asked.onsuccess = () => done(asked.result as CryptoKey) })
    opened.close()
    expect([kept.type, kept.extractable]).toEqual(['private', false])
    await expect(crypto.subtle.exportKey('pkcs8', kept)).rejects.toThrow()
  })

  it('is shown when the server asks for it, and the request goes again; many at once show it once', async () => {
    const gate = await signedIn()
    const http = phone(gate)
    const came = await Promise.all([http.ask('/sync'), http.ask('/places'), http.ask('/tasks/1/accept', { method: 'POST', json: {}, key: 'k' })])
    expect(came.map((one) => one.kind)).toEqual(['ok', 'ok', 'ok'])
    expect(gate.asked.filter((one) => one.endsWith('/session/proof'))).toHaveLength(1)
    expect(gate.asked.filter((one) => one === 'POST /api/v1/tasks/1/accept')).toHaveLength(2)
    gate.proven = false
    expect(await http.picture('/photos/1')).toBeNull()
    expect(gate.proven, 'a picture shows it, too').toBe(true)
  })

  it('that is not there leads to the login, once, and the network is not blamed', async () => {
    const gate = await signedIn()
    await forgetKey()
    const http = phone(gate)
    let unknown = 0
    http.onUnknown = () => { unknown += 1 }
    const came = await http.ask('/sync')
    expect(came).toMatchObject({ kind: 'problem', status: 401, code: 'session.proof_needed' })
    expect(unknown).toBe(1)
  })

  it('of another login is refused; a road that breaks is no refusal', async () => {
    const gate = await signedIn()
    await signedIn()
    expect(await prove('/api/v1', gate.fetch)).toBe('no')
    expect(await prove('/api/v1', async () => { throw new TypeError('no network') })).toBe('away')
    const http = new Http(new Clock(() => Date.now()), async (input, init) => {
      if (String(input).endsWith('/session/proof')) throw new TypeError('no network')
      return gate.fetch(input, init)
    })
    let unknown = 0
    http.onUnknown = () => { unknown += 1 }
    expect(await http.ask('/sync')).toEqual({ kind: 'unreachable', why: 'network' })
    expect(unknown).toBe(0)
  })

  it('made for a login that failed leaves the one in use alone; one that bound nothing takes it away', async () => {
    const gate = await signedIn()
    await newKey()
    expect(await prove('/api/v1', gate.fetch)).toBe('yes')
    await keepKey(false)
    expect(await prove('/api/v1', gate.fetch)).toBe('no')
  })

  it('is shown by the pages that ask as the desk does', async () => {
    const gate = await signedIn()
    const unauthenticated = vi.fn()
    setHooks({ unauthenticated })
    vi.stubGlobal('fetch', gate.fetch)
    expect(await api.post('/handovers/1/sign', {})).toEqual({ ok: true })
    gate.proven = false
    await forgetKey()
    await expect(api.get('/handovers')).rejects.toMatchObject({ status: 401, code: 'session.proof_needed' })
    expect(unauthenticated).toHaveBeenCalledOnce()
  })

  it('is not made where the page came over plain HTTP', async () => {
    vi.stubGlobal('isSecureContext', false)
    expect(canKeepKey()).toBe(false)
    expect(await newKey()).toBe('')
    await keepKey(false)
    expect(await prove('/api/v1', async () => { throw new TypeError('is not asked') })).toBe('no')
  })
})
