import { afterEach, expect, it, vi } from 'vitest'
import { effectScope } from 'vue'
import { streaming, useLive } from './live'

class FakeStream {
  static last: FakeStream
  readyState = 0
  private listeners = new Map<string, (event: unknown) => void>()
  constructor(readonly url: string) {
    FakeStream.last = this
  }
  addEventListener(name: string, listener: (event: unknown) => void): void {
    this.listeners.set(name, listener)
  }
  say(name: string, data?: unknown): void {
    this.listeners.get(name)?.({ data: JSON.stringify(data) })
  }
  close(): void {
    this.readyState = 2
  }
}
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

it('refreshes on changes of its kinds, and by asking where the stream does not come through', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeStream)
  const refresh = vi.fn()
  const scope = effectScope()
  scope.run(() => useLive(['hazard'], refresh))
  const stream = FakeStream.last
  expect(stream.url).toBe('/api/v1/events')
  // No stream yet: every five seconds.
  await vi.advanceTimersByTimeAsync(5_500)
  expect(refresh).toHaveBeenCalledTimes(1)
  stream.readyState = 1
  expect(streaming.value, 'it says that it asks').toBe(false)
  stream.say('open')
  expect(streaming.value).toBe(true)
  await vi.advanceTimersByTimeAsync(20_000)
  expect(refresh).toHaveBeenCalledTimes(1)
  // Two changes at once are one refresh, other kinds are none.
  stream.say('change', { seq: 1, action: 'hazard.close', object_kind: 'hazard', object_id: '1' })
  stream.say('change', { seq: 2, action: 'hazard.close', object_kind: 'hazard', object_id: '2' })
  stream.say('change', { seq: 3, action: 'task.add', object_kind: 'task', object_id: '3' })
  await vi.advanceTimersByTimeAsync(500)
  expect(refresh).toHaveBeenCalledTimes(2)
  stream.say('error')
  expect(streaming.value).toBe(false)
  scope.stop()
  stream.say('change', { seq: 4, action: 'hazard.close', object_kind: 'hazard', object_id: '4' })
  await vi.advanceTimersByTimeAsync(60_000)
  expect(refresh).toHaveBeenCalledTimes(2)
  expect(stream.readyState).toBe(2)
})

it('a storm of changes does not keep a page from its answer', async () => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeStream)
  let answered = 0
  let hangs = false
  const load = vi.fn(() => (hangs ? new Promise<void>(() => undefined) : new Promise<void>((on) => setTimeout(on, 900)).then(() => void (answered += 1))))
  const scope = effectScope()
  scope.run(() => useLive(['incident'], load))
  const stream = FakeStream.last
  stream.readyState = 1
  stream.say('open')
  const storm = async (ms: number) => {
    for (let at = 0; at < ms; at += 50) {
      stream.say('change', { seq: at, action: 'incident.receive', object_kind: 'incident', object_id: String(at) })
      await vi.advanceTimersByTimeAsync(50)
    }
  }
  await storm(6_000)
  // One after the other: each takes 900 ms and the next begins 400 ms later.
  expect(answered).toBe(4)
  expect(load).toHaveBeenCalledTimes(5)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(load, 'and what changed last is asked for').toHaveBeenCalledTimes(6)
  expect(answered).toBe(6)
  // An answer that never comes holds nothing up for good.
  hangs = true
  await storm(1_000)
  hangs = false
  await storm(20_000)
  expect(answered).toBeGreaterThan(7)
  scope.stop()
})
