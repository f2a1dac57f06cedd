import { afterEach, describe, expect, it, vi } from 'vitest'
import { lookedAt, unattended } from './attended'
import { api } from './client'

describe('a page', () => {
  afterEach(() => {
    vi.useRealTimers()
    vi.unstubAllGlobals()
  })

  it('nobody touched for a minute says so with what it asks by itself, but never with what somebody sends', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    window.dispatchEvent(new Event('keydown'))
    const said: (string | undefined)[] = []
    vi.stubGlobal('fetch', async (_path: string, init: RequestInit & { headers: Record<string, string> }) => {
      said.push(init.headers['X-Fengsui'])
      return new Response('{}')
    })
    await api.get('/places')
    vi.setSystemTime(Date.now() + 61_000)
    await api.get('/places')
    await api.post('/places', {})
    window.dispatchEvent(new Event('pointermove'))
    await api.get('/places')
    expect(said).toEqual([undefined, 'background', '1', undefined])
  })

  it('that is looked at for a whole watch counts as attended until it is left', () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    vi.setSystemTime(Date.now() + 3_600_000)
    expect(unattended()).toBe(true)
    const leave = lookedAt()
    expect(unattended()).toBe(false)
    leave()
    leave()
    expect(unattended()).toBe(true)
    window.dispatchEvent(new Event('keydown'))
    expect(unattended()).toBe(false)
  })
})
