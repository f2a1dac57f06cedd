// The one phone behind all pages: who uses it, its database, and what decides when to send. Pages show this and call it.

import { liveQuery, type Observable, type Subscription } from 'dexie'
import { computed, onScopeDispose, reactive, ref, shallowRef, watch, type ComputedRef, type Ref } from 'vue'
import { actAs } from '@/shared/api/client'
import { forgetKey, keepKey, newKey } from '@/shared/api/device'
import { uuidv7 } from '@/shared/api/id'
import { setToday } from '@/shared/formats'
import { Clock } from './store/clock'
import { PhoneDb, databaseName, outstanding, ownerOf } from './store/db'
import { Http, type Reply } from './store/http'
import { Outbox, type RunEnd } from './store/outbox'
import { space, type Space } from './store/space'
import { sync } from './store/sync'
import { reawoken } from './store/timing'
import type { Me } from './store/types'
import { Who } from './store/who'

const SKEW = 'fengsui.m.skew'
const REACHED = 'fengsui.m.reached'
/** The office's changes are fetched again after this long. */
const SYNC_EVERY_MS = 10 * 60_000
/** A call is to be answered within a minute: whoever looks at the phone sees it sooner. */
const CALL_EVERY_MS = 15_000
const READ_AGAIN_MS = 1_000

export interface Phone {
  /** Nobody yet, or somebody whose data is here. */
  me: Me | null
  /** The server no longer knows this person; everything goes on in the phone. */
  expired: boolean
  online: boolean
  sending: boolean
  syncing: boolean
  syncedAt: string | null
  /** How the last attempt to reach the server ended. */
  reached: 'yes' | 'no' | 'unknown'
  clockWrong: boolean
  /** The browser keeps nothing: a private window, or storage it cannot open. */
  broken: boolean
  skewMs: number
  space: Space
}

export const phone = reactive<Phone>({
  me: null, expired: false, online: globalThis.navigator?.onLine ?? true, sending: false, syncing: false, syncedAt: null,
  reached: 'unknown', clockWrong: false, broken: false, skewMs: 0, space: { persistent: null, free: null, used: null },
})

export const clock = new Clock(Date.now, Number(recalled(SKEW)) || 0)
export const http = new Http(clock)
const who = new Who()
const database = shallowRef<PhoneDb | null>(null)
let outbox: Outbox | null = null
let timer: ReturnType<typeof setTimeout> | undefined

http.onUnknown = () => { phone.expired = true }
http.onClock = () => {
  remember(SKEW, String(clock.skewMs))
  tellClock()
}

function tellClock(): void {
  phone.clockWrong = clock.isWrong
  phone.skewMs = clock.skewMs
}

function recalled(name: string): string | null {
  try { return localStorage.getItem(name) } catch { return null }
}
function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value)
  } catch { /* lasts as long as the page */ }
}

/** The open database. Pages exist only while somebody is known. */
export function db(): PhoneDb {
  if (!database.value) throw new Error('nobody is signed in')
  return database.value
}

export const newId = (): string => uuidv7(clock.now())
export const made = (): { id: string; at: string } => ({ id: newId(), at: clock.iso() })

/** Opens what the phone has, without asking anybody: this works in a cellar. */
export async function wake(): Promise<void> {
  tellClock()
  // Where there was no network a moment ago there is likely none now: said at once, not pushed in above what is being tapped.
  if (recalled(REACHED) === 'no') phone.reached = 'no'
  watch(() => phone.reached, (now) => remember(REACHED, now))
  addEventListener('online', () => { phone.online = true; kick() })
  addEventListener('offline', () => { phone.online = false })
  document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') { kick(); listen() } })
  try {
    const known = await who.known()
    if (!known) return
    await open(known)
  } catch {
    phone.broken = true
    return
  }
  const me = await db().recall<Me>('me')
  if (me) enter(me)
}

async function open(name: string): Promise<void> {
  if (database.value?.name === name) return
  database.value?.close()
  const opened = new PhoneDb(name)
  await opened.open()
  const owner = ownerOf(name)
  database.value = opened
  // What is in it goes out under its owner's name or not at all, also while somebody else signs in.
  outbox = new Outbox(opened, http.of(owner), clock)
  http.person = owner
  actAs(owner)
  await outbox.wake()
  await outbox.tidy(clock.now())
  phone.syncedAt = await opened.recall<string>('synced_at')
  reawoken(await opened.recall<string>('anchor'))
}

function enter(me: Me): void {
  phone.me = me
  setToday(clock.today())
  void measure()
  kick()
  listen()
}

export async function measure(): Promise<void> {
  phone.space = await space()
}

export type LoginEnd = { kind: 'in' } | { kind: 'must_change' } | { kind: 'broken' } | Exclude<Reply<Me>, { kind: 'ok' }>

/** Signs in; the session of a phone lasts seven days where the phone can keep a key for it, and twelve hours where it cannot. */
export async function login(name: string, password: string, totp: string): Promise<LoginEnd> {
  const key = await newKey()
  const reply = await http.ask<Me>('/login', { method: 'POST', json: { login: name, password, phone: true, ...(key ? { key } : {}), ...(totp ? { totp } : {}) } })
  if (reply.kind !== 'ok') return reply
  try {
    await keepKey(reply.data.session?.bound === true)
    if (reply.data.must_change_password) return { kind: 'must_change' }
    await admit(reply.data)
  } catch {
    phone.broken = true
    return { kind: 'broken' }
  }
  return { kind: 'in' }
}

export async function changePassword(old: string, next: string): Promise<Reply<unknown>> {
  // Whoever is signing in now, and not who used the phone until now.
  return http.of('').ask('/me/password', { method: 'POST', key: newId(), json: { old_password: old, new_password: next } })
}

/** Whoever signed in finds their own database; what another has not sent yet stays in theirs. */
async function admit(me: Me): Promise<void> {
  const name = databaseName(me.town, me.person.id)
  await open(name)
  await who.signedIn(name)
  phone.expired = false
  await db().keep('me', me)
  await refresh(true)
  enter((await db().recall<Me>('me')) ?? me)
}

/** Signs out and takes the data off the phone. Refused while anything is outstanding. */
export async function logout(): Promise<'out' | 'outstanding' | 'unreachable'> {
  const left = await outstanding(db())
  if (left.entries || left.drafts) return 'outstanding'
  if (!phone.expired) {
    const reply = await http.ask('/logout', { method: 'POST' })
    if (reply.kind === 'unreachable' || (reply.kind === 'problem' && reply.status !== 401)) return 'unreachable'
  }
  clearTimeout(timer)
  clearTimeout(ear)
  remember('fengsui.left', String(Date.now()))
  http.person = ''
  actAs('')
  const gone = db()
  await who.signedOut()
  await forgetKey()
  reawoken(null)
  phone.me = null
  phone.expired = false
  database.value = null
  outbox = null
  await gone.delete()
  return 'out'
}

/** Fetches the office's changes. */
export async function refresh(always = false): Promise<boolean> {
  if (!database.value || phone.syncing) return false
  const age = phone.syncedAt ? clock.now() - Date.parse(phone.syncedAt) : Infinity
  if (!always && (age < SYNC_EVERY_MS || phone.expired)) return false
  phone.syncing = true
  const here = database.value
  try {
    const came = await sync(here, http, clock.iso())
    phone.reached = came.kind === 'unreachable' ? 'no' : 'yes'
    if (came.kind !== 'ok') return false
    phone.syncedAt = await here.recall<string>('synced_at')
    if (phone.me) phone.me = came.me
    void errands().then((errand) => errand.fetchErrands(here, http)).then(placed).then((one) => one.fetchBefores(here, http))
    return true
  } finally {
    phone.syncing = false
  }
}

/** Not for the first screen. */
const errands = () => import('./store/errand')
const placed = () => import('./store/place')

/** Sends what is outstanding. */
export async function send(): Promise<RunEnd> {
  if (!outbox) return 'empty'
  phone.sending = true
  try {
    const end = await outbox.run()
    if (end === 'unreachable') phone.reached = 'no'
    if (end === 'empty' || end === 'waiting') phone.reached = 'yes'
    return end
  } finally {
    phone.sending = false
  }
}

/** Asks for calls again and again while somebody looks at the phone; without a network at the pace of everything else. */
export function listen(): void {
  clearTimeout(ear)
  const here = database.value
  if (!here || document.visibilityState !== 'visible') return
  void (async () => {
    const heard = phone.expired || (await errands().then((errand) => errand.fetchCalls(here, http)).catch(() => false))
    // The line is back before the next try of what waits is due.
    if (heard && phone.reached === 'no') kick()
    clearTimeout(ear)
    ear = setTimeout(listen, heard ? CALL_EVERY_MS : CALL_EVERY_MS * 2)
  })()
}
let ear: ReturnType<typeof setTimeout> | undefined

/** Sends this entry at once, then whatever else waits. */
export async function sendNow(id: string): Promise<void> {
  await outbox?.now(id)
  listen()
  kick()
}

/** Now, and again when it makes sense: without a network less and less often, at once when it is back. */
export function kick(): void {
  clearTimeout(timer)
  if (!database.value) return
  void (async () => {
    const end = await send()
    const wasReached = end !== 'unreachable' && end !== 'unknown'
    if (wasReached && end !== 'busy') {
      const before = await database.value?.outbox.where('state').equals('delivered').count()
      await refresh(before !== delivered)
      delivered = before
    }
    clearTimeout(timer)
    timer = setTimeout(kick, Math.max(5_000, end === 'busy' ? 5_000 : (outbox?.nextInMs ?? 60_000)))
  })()
}
let delivered: number | undefined

export const again = async (id: string): Promise<void> => {
  await outbox?.again(id)
  kick()
}
export const letGo = async (id: string): Promise<void> => { await outbox?.letGo(id) }
export const reopen = async (id: string): Promise<string | null> => (outbox ? outbox.reopen(id, newId) : null)
export const reopenRecheck = async (id: string): Promise<string | null> => (outbox ? outbox.reopenRecheck(id, newId) : null)

/** Whether each query has answered, by what it gives. */
const answered = new WeakMap<object, Ref<boolean>>()
/** Whether all of these have been read. A page drawn before that slides away under the finger while the rest comes. */
export const allRead = (...queries: Ref<unknown>[]): ComputedRef<boolean> => computed(() => queries.every((one) => answered.get(one)?.value))

/** A query of the phone's database that follows it. */
export function live<T>(query: (db: PhoneDb) => Promise<T>, first: T, on: () => unknown = () => null): Ref<T> {
  // Shallow: what comes out of the database goes back in as it is, and a proxy cannot.
  const value = shallowRef(first) as Ref<T>
  const read = ref(false)
  answered.set(value, read)
  let stop = (): void => {}
  watch([database, on], () => {
    stop()
    const here = database.value
    if (!here) {
      value.value = first
      read.value = false
      return
    }
    let sub: Subscription | undefined
    let later: ReturnType<typeof setTimeout> | undefined
    const follow = (): void => {
      // What could not be read is read again: nothing else would ask for it any more.
      const error = (): void => { later = setTimeout(follow, READ_AGAIN_MS) }
      sub = (liveQuery(() => query(here)) as Observable<T>).subscribe({ next: (found) => { value.value = found; read.value = true }, error })
    }
    follow()
    stop = () => {
      clearTimeout(later)
      sub?.unsubscribe()
    }
  }, { immediate: true })
  onScopeDispose(() => stop())
  return value
}

/** A copy without Vue's proxies, for the database. Records only: pictures are kept apart. */
export function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T
}
