import { mount } from '@vue/test-utils'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { defineComponent } from 'vue'
import { api } from '@/shared/api/client'
import { useReceived } from './received'

let fresh: () => void
const Page = defineComponent({ setup() { fresh = useReceived(); return () => null } })
const sent = (): boolean[] => vi.mocked(api.post).mock.calls.map((call) => (call[1] as { touched: boolean }).touched)

beforeEach(() => {
  vi.spyOn(api, 'post').mockResolvedValue({ received: 0 } as never)
})
afterEach(() => vi.restoreAllMocks())

it('says that a hand was there only after one was, once for each alarm', () => {
  const page = mount(Page)
  expect(sent()).toEqual([false])
  fresh()
  expect(sent(), 'a page that lies open alone').toEqual([false, false])
  window.dispatchEvent(new Event('pointerdown'))
  window.dispatchEvent(new Event('keydown'))
  expect(sent(), 'the first touch since').toEqual([false, false, true])
  fresh()
  expect(sent(), 'what comes after the touch is not heard by it').toEqual([false, false, true, false])
  page.unmount()
  window.dispatchEvent(new Event('keydown'))
  expect(sent()).toHaveLength(4)
})
