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

it('refreshes on changes of its kinds, and by asking where the stream does not come through', () => {
  vi.useFakeTimers()
  vi.stubGlobal('EventSource', FakeStream)
  const refresh = vi.fn()
  const scope = effectScope()
  scope.run(() => useLive(['hazard'], refresh))
  const stream = FakeStream.last
  expect(stream.url).toBe('/api/v1/events')
  // No stream yet: every five seconds.
  vi.advanceTimersByTime(5_500)
  expect(refresh).toHaveBeenCalledTimes(1)
  stream.readyState = 1
  expect(streaming.value, 'it says that it asks').toBe(false)
  stream.say('open')
  expect(streaming.value).toBe(true)
  vi.advanceTimersByTime(20_000)
  expect(refresh).toHaveBeenCalledTimes(1)
  // Two changes at once are one refresh, other kinds are none.
  stream.say('change', { seq: 1, action: 'hazard.close', object_kind: 'hazard', object_id: '1' })
  stream.say('change', { seq: 2, action: 'hazard.close', object_kind: 'hazard', object_id: '2' })
  stream.say('change', { seq: 3, action: 'task.add', object_kind: 'task', object_id: '3' })
  vi.advanceTimersByTime(500)
  expect(refresh).toHaveBeenCalledTimes(2)
  stream.say('error')
  expect(streaming.value).toBe(false)
  scope.stop()
  stream.say('change', { seq: 4, action: 'hazard.close', object_kind: 'hazard', object_id: '4' })
  vi.advanceTimersByTime(60_000)
  expect(refresh).toHaveBeenCalledTimes(2)
  expect(stream.readyState).toBe(2)
})
