import { said, speaking } from '../i18n/codes'
import { uuidv7 } from './id'
import type { Problem, ProblemField } from './contract'
import { pressed, unattended } from './attended'

/** A refusal, a failure or a lost connection, always with a sentence a person can act on. */
export class ApiProblem extends Error {
  /** Fields to correct. */
  readonly fields: ProblemField[]
  constructor(
    /** HTTP status; 0 when the server was not reached. */
    readonly status: number,
    /** Stable dotted code; `network.offline` when the server was not reached. */
    readonly code: string,
    message: string,
    fields: ProblemField[] = [],
    readonly traceId: string = '',
    /** The row as it now stands, with `conflict.version`. */
    readonly current: unknown = undefined,
    /** Bytes the server has, with `photo.offset`. */
    readonly received: number | undefined = undefined,
    /** Whether it has all of them. */
    readonly complete: boolean = false,
  ) {
    super(said(message))
    this.name = 'ApiProblem'
    this.fields = fields.map((one) => ({ ...one, message: said(one.message) }))
  }
  /** All it says, for who has no fields to show it at: of a form sent wrong, each field's own sentence. */
  get whole(): string {
    return this.fields.length ? this.fields.map((one) => one.message).join(' ') : this.message
  }
  get offline(): boolean {
    return this.status === 0
  }
  get forbidden(): boolean {
    return this.status === 403
  }
  get notFound(): boolean {
    return this.status === 404
  }
  get conflict(): boolean {
    return this.code === 'conflict.version'
  }
  /** What is said of one field, all of it, also for `heads.beds` below `heads`; a rule names no field and is about one by its code. */
  field(name: string, ...rules: string[]): string | undefined {
    const own = new Set(this.fields.filter((f) => f.field === name).map((f) => f.message))
    return [...own].join(' ') || this.fields.find((f) => f.field.startsWith(`${name}.`))?.message || (rules.includes(this.code) ? this.message : undefined)
  }
  static of(error: unknown): ApiProblem {
    if (error instanceof ApiProblem) return error
    return new ApiProblem(0, 'web.unexpected', error instanceof Error ? error.message : String(error))
  }
}

export type Query = Record<string, string | number | boolean | null | undefined>

export interface SendOptions {
  query?: Query
  /** The operation's key; one is made when absent. Keep it over retries of the same operation. */
  key?: string
  headers?: Record<string, string>
  signal?: AbortSignal
  /** A 401 stays with the caller instead of leading to the login page. */
  quiet?: boolean
  /** Somebody asked for just this and waits for it, as for a file. */
  wanted?: boolean
}

interface Hooks {
  /**
   * Told of a 401, and of a password that must be changed; whether something was to be written, and whether a click asked for
   * it. Whether the same person is in again and it goes once more.
   */
  unauthenticated: (problem: ApiProblem, writes: boolean, clicked: boolean) => unknown
  /** Told when a second factor must be set up before anything else. */
  mustEnrol: () => void
  /** Asks who is signed in to show it again; whether he did. */
  stepUp: () => Promise<boolean>
  offlineText: () => string
  /** Server time minus device time in milliseconds, learnt from the Date header. */
  clock: (skewMs: number) => void
}
const hooks: Hooks = {
  unauthenticated: () => undefined,
  mustEnrol: () => undefined,
  stepUp: async () => false,
  offlineText: () => '没有连上服务器，请检查网络后重试',
  clock: () => undefined,
}
/** What an entry does on 401 and on a forced password change, and how it words a lost connection. */
export function setHooks(given: Partial<Hooks>): void {
  Object.assign(hooks, given)
}

let person = ''
let turn = 0
/**
 * Who the page believes is signed in, by id: what is sent says so, and the server takes it from nobody else who may have signed
 * in since in the same browser. What was on its way for somebody who left is not sent anew, whoever comes after him.
 */
export function actAs(id: string): void {
  if (id === person) return
  person = id
  turn += 1
}
/** Somebody left in another tab: what is on its way here is not sent anew either. */
export const left = (): void => void (turn += 1)
/** Whether somebody works here, and has not just left. */
export const acting = (): boolean => person !== ''

export const BASE = '/api/v1'

/** Address of a path below the API, for links, pictures and downloads. */
export function url(path: string, query?: Query): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  // The map's standard doors have addresses of their own.
  return `${path.startsWith('/ogc') ? '' : BASE}${path}${text ? `?${text}` : ''}`
}

async function problemOf(response: Response): Promise<ApiProblem> {
  let body: Partial<Problem> = {}
  try {
    body = (await response.json()) as Partial<Problem>
  } catch {
    // A proxy answered with a page.
  }
  await speaking.value.ready
  const message = body.detail || body.title || `HTTP ${response.status}`
  return new ApiProblem(
    response.status,
    body.code ?? `http.${response.status}`,
    message,
    body.fields ?? [],
    body.trace_id ?? '',
    body.current,
    body.received,
    body.complete,
  )
}

/** Sends and gives the response; anything but success is thrown as [`ApiProblem`]. */
export async function send(
  method: string,
  path: string,
  body?: BodyInit | null,
  options: SendOptions = {},
): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json', ...options.headers }
  if (method === 'GET') {
    if (unattended()) headers['X-Fengsui'] = 'background'
  } else {
    headers['X-Fengsui'] = '1'
    headers['Idempotency-Key'] = options.key ?? uuidv7()
  }
  const writes = method !== 'GET' || options.wanted === true
  if (writes && person) headers['X-Fengsui-Person'] = person
  const clicked = pressed()
  const since = turn
  let proved = false
  let asked = false
  let again = 0
  for (;;) {
    const begun = renewals
    const sent = attempt(method, path, headers, body, options)
    // Showing again who one is gives the session another reference: what was on its way under the old one is sent anew.
    if (RENEWS.has(path)) {
      renewing = sent.then(
        (got) => {
          if (got instanceof Response && got.ok) renewals += 1
        },
        () => undefined,
      )
    }
    const problem = await sent
    nobody = !(problem instanceof Response) && (problem.status === 401 || nobody)
    if (problem instanceof Response) return problem
    const over = problem.status === 401 && !RENEWS.has(path)
    if (over) await renewing
    // Whoever sent it left meanwhile: nothing is asked for it, and it does not go once more.
    if (turn !== since) throw problem
    if (over && renewals !== begun) {
      asked = true
      continue
    }
    // A phone's session, also where the desk is opened on the phone: the key is shown, and the same request goes again.
    if (problem.code === 'session.proof_needed' && !proved) {
      const { prove } = await import('./device')
      const came = await prove(BASE)
      if (came === 'away') throw new ApiProblem(0, 'network.offline', hooks.offlineText())
      proved = came === 'yes'
      if (proved) continue
    }
    // Once the person has shown again who he is, the same request under the same key goes through.
    if (problem.code === 'session.step_up_needed' && !asked && (await hooks.stepUp()) && turn === since) {
      asked = true
      continue
    }
    // Who signs in again may have to choose a new password, too, before it goes through.
    if (again < 2 && (problem.code === 'password.must_change' || (problem.status === 401 && !options.quiet))) {
      again += 1
      if ((await hooks.unauthenticated(problem, writes, clicked)) === true && turn === since) continue
    }
    if (problem.code === 'totp.must_enrol') hooks.mustEnrol()
    throw problem
  }
}

const RENEWS = new Set(['/session/step-up', '/login'])
let renewing: Promise<void> | null = null
let renewals = 0
let nobody = false
/** The server said that nobody is signed in: until it answers again, nothing is asked that nobody waits for. */
export const signedOut = (): boolean => nobody

async function attempt(
  method: string,
  path: string,
  headers: Record<string, string>,
  body: BodyInit | null | undefined,
  options: SendOptions,
): Promise<Response | ApiProblem> {
  let response: Response
  try {
    const init: RequestInit = { method, headers, credentials: 'same-origin', cache: 'no-store' }
    if (body !== undefined) init.body = body
    if (options.signal) init.signal = options.signal
    response = await fetch(url(path, options.query), init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiProblem(0, 'network.offline', hooks.offlineText())
  }
  const date = response.headers.get('Date')
  if (date) hooks.clock(Date.parse(date) - Date.now())
  return response.ok ? response : problemOf(response)
}

async function json<T>(response: Response): Promise<T> {
  if (response.status === 204) return undefined as T
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as T
}

const write =
  (method: string) =>
  async <T = void>(path: string, body?: unknown, options: SendOptions = {}): Promise<T> => {
    const headers = { 'Content-Type': 'application/json', ...options.headers }
    const text = body === undefined ? undefined : JSON.stringify(body)
    return json<T>(await send(method, path, text, { ...options, headers: text === undefined ? (options.headers ?? {}) : headers }))
  }

/** The interface of the program, typed by the caller with a name of `contract.ts`. */
export const api = {
  get: async <T>(path: string, query?: Query, options: SendOptions = {}): Promise<T> =>
    json<T>(await send('GET', path, undefined, { ...options, ...(query ? { query } : {}) })),
  post: write('POST'),
  put: write('PUT'),
  del: write('DELETE'),
  /** Bytes as they are: an upload. */
  raw: async <T>(method: 'POST' | 'PUT', path: string, body: Blob | ArrayBuffer, options: SendOptions = {}): Promise<T> =>
    json<T>(await send(method, path, body, options)),
}

/** Fetches a file and hands it to the browser's downloads under the name the server gives. */
export async function download(path: string, query?: Query, fallbackName = 'download'): Promise<string> {
  const response = await send('GET', path, undefined, { headers: { Accept: '*/*' }, wanted: true, ...(query ? { query } : {}) })
  const named = /filename\*=UTF-8''([^;]+)|filename="?([^";]+)"?/i.exec(response.headers.get('Content-Disposition') ?? '')
  const name = named ? decodeURIComponent(named[1] ?? named[2] ?? fallbackName) : fallbackName
  const link = document.createElement('a')
  link.href = URL.createObjectURL(await response.blob())
  link.download = name
  document.body.append(link)
  link.click()
  link.remove()
  setTimeout(() => URL.revokeObjectURL(link.href), 30_000)
  return name
}
