// One request, and what came of it. Never throws: on a village road no network is an answer like any other.

import { PROOF_NEEDED, prove } from '@/shared/api/device'
import type { Clock } from './clock'
import type { Trouble } from './types'

export type Reply<T> =
  | { kind: 'ok'; status: number; data: T }
  | { kind: 'problem'; status: number; code: string; sentence: string; fields: Trouble['fields']; body: Record<string, unknown>; retryAfterMs: number | null }
  | { kind: 'unreachable'; why: 'network' | 'timeout' | 'portal' }

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  json?: unknown
  bytes?: Blob | Uint8Array
  headers?: Record<string, string>
  key?: string
  timeoutMs?: number
}

/** A new password or a second factor comes first: nothing goes on until then, and nothing is lost by that. */
export const comesFirst = (code: unknown): boolean => code === 'password.must_change' || code === 'totp.must_enrol'

export class Http {
  /** Told when the server no longer knows who asks. */
  onUnknown: () => void = () => {}
  /** Told when the difference of the clocks changed. */
  onClock: () => void = () => {}
  /** Who asks, by id: the server answers to nobody else who may have signed in since in the same browser. Nobody before the login. */
  person = ''
  private readonly clock: Clock
  private readonly fetcher: typeof fetch
  private readonly base: string

  constructor(clock: Clock, fetcher: typeof fetch = (...a) => fetch(...a), base = '/api/v1') {
    this.clock = clock
    this.fetcher = fetcher
    this.base = base
  }

  /** The same for this person only, whoever uses the phone after him. */
  of(person: string): Http {
    return Object.assign(Object.create(this) as Http, { person })
  }

  /** Asks; where the phone has to show its key first, it does and asks again. Without the key only a login helps. */
  async ask<T>(path: string, ask: Ask = {}): Promise<Reply<T>> {
    let reply = await this.once<T>(path, ask)
    if (reply.kind !== 'problem' || reply.code !== PROOF_NEEDED) return reply
    const proved = await prove(this.base, this.fetcher)
    if (proved === 'away') return { kind: 'unreachable', why: 'network' }
    if (proved === 'yes') reply = await this.once<T>(path, ask)
    if (reply.kind === 'problem' && reply.code === PROOF_NEEDED) this.onUnknown()
    return reply
  }

  private async once<T>(path: string, ask: Ask): Promise<Reply<T>> {
    const method = ask.method ?? 'GET'
    const headers: Record<string, string> = { accept: 'application/json', ...ask.headers }
    if (method !== 'GET') headers['x-fengsui'] = '1'
    if (this.person) headers['x-fengsui-person'] = this.person
    if (ask.key) headers['idempotency-key'] = ask.key
    let body: BodyInit | undefined
    if (ask.json !== undefined) {
      headers['content-type'] = 'application/json'
      body = JSON.stringify(ask.json)
    } else if (ask.bytes) body = ask.bytes as BodyInit
    const cut = new AbortController()
    let late = false
    const timer = setTimeout(() => { late = true; cut.abort() }, ask.timeoutMs ?? 30_000)
    const sentAt = Date.now()
    try {
      const response = await this.fetcher(this.base + path, {
        method, headers, body, signal: cut.signal, credentials: 'same-origin', cache: 'no-store', redirect: 'error',
      })
      const text = response.status === 204 ? '' : await response.text()
      return this.read<T>(response, text, sentAt)
    } catch {
      return { kind: 'unreachable', why: late ? 'timeout' : 'network' }
    } finally {
      clearTimeout(timer)
    }
  }

  /** A picture, or none. */
  async picture(path: string): Promise<Blob | null> {
    try {
      const asked = () => this.fetcher(this.base + path, { credentials: 'same-origin', redirect: 'error' })
      let response = await asked()
      if (response.status === 401 && (await prove(this.base, this.fetcher)) === 'yes') response = await asked()
      const blob = response.ok ? await response.blob() : null
      return blob?.type.startsWith('image/') ? blob : null
    } catch {
      return null
    }
  }

  private read<T>(response: Response, text: string, sentAt: number): Reply<T> {
    const said = response.headers.get('content-type') ?? ''
    // A hotel's or an operator's page in the place of our answer.
    if (text && !said.includes('json')) {
      if (response.ok || response.status < 500) return { kind: 'unreachable', why: 'portal' }
    }
    if (this.clock.learn(response.headers.get('date'), sentAt, Date.now())) this.onClock()
    const data = parsed(text)
    if (data === undefined) return { kind: 'unreachable', why: 'network' }
    if (response.ok) return { kind: 'ok', status: response.status, data: data as T }
    const body = (data && typeof data === 'object' ? data : {}) as Record<string, unknown>
    const after = Number(response.headers.get('retry-after'))
    const unknown = response.status === 401 && String(body.code ?? '').startsWith('session.') && body.code !== PROOF_NEEDED
    if (comesFirst(body.code) || unknown) this.onUnknown()
    return {
      kind: 'problem',
      status: response.status,
      code: String(body.code ?? `http.${response.status}`),
      sentence: String(body.detail ?? body.title ?? ''),
      fields: Array.isArray(body.fields) ? (body.fields as Trouble['fields']) : [],
      body,
      retryAfterMs: after > 0 ? after * 1000 : null,
    }
  }
}

/** `undefined` for an answer that broke off in the middle; some proxies cut it and call it whole. */
function parsed(text: string): unknown {
  if (!text) return null
  try { return JSON.parse(text) as unknown } catch { return text.startsWith('{') || text.startsWith('[') ? undefined : null }
}
