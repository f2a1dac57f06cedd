import { flushPromises, mount } from '@vue/test-utils'
import { createPinia, setActivePinia } from 'pinia'
import { expect, it, vi } from 'vitest'
import { createI18n } from 'vue-i18n'
import { createMemoryHistory, createRouter } from 'vue-router'
import { useSession } from '@/desk/session'
import shared from '@/shared/locales/zh-CN.json'
import PlaceLists from '@/features/place_list/PlaceLists.vue'
import place_list from '@/features/place_list/locales/zh-CN.json'
import post from '@/features/post/locales/zh-CN.json'
import PostStaffing from '@/features/person/PostStaffing.vue'
import person from '@/features/person/locales/zh-CN.json'

const area = (code: string, level: string) => ({ code, level, name: code, closed_on: null })
const ANSWERS: Record<string, unknown> = {
  territories: { items: [area('town', 'town'), area('v1', 'village'), area('v2', 'village')] },
  orgs: { items: [['office', 'dept', 'town'], ['c1', 'village', 'v1'], ['c2', 'village', 'v2']].map(([id, kind, territory]) => ({ id, kind, territory, name: id, active: true })) },
  posts: { items: [] },
  'place-lists': { items: [], plan_counts: [], summary: null },
  catalog: { kinds: [], openings: [], gas: [], fire_hazard_classes: [], list_kinds: [{ code: 'village_listed', label: '村列管' }] },
}
async function show(component: typeof PostStaffing | typeof PlaceLists) {
  setActivePinia(createPinia())
  useSession().me = { today: '2026-11-28', hats: [], actions: ['person.change', 'list.change'] } as never
  vi.stubGlobal('fetch', async (url: string) => new Response(JSON.stringify(ANSWERS[new URL(String(url), 'http://town').pathname.split('/').pop() ?? ''] ?? { items: [] })))
  const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/:rest(.*)*', component: { render: () => null } }] })
  await router.push('/')
  const shown = mount(component as typeof PostStaffing, { global: { plugins: [router, createI18n({ legacy: false, locale: 'zh-CN', messages: { 'zh-CN': { shared, person, post, place_list } } })], stubs: { teleport: true, ElSelect: true, ElOption: true, transition: true } } })
  await flushPromises()
  return shown
}
/** The control under this label. */
const under = (shown: Awaited<ReturnType<typeof show>>, label: string) => shown.findAll('.field').find((one) => one.find('span').text().startsWith(label))!.find('select')

it('a new post is where its body is, until somebody says otherwise, and the next one begins empty', async () => {
  const shown = await show(PostStaffing)
  const open = () => shown.findAll('button').find((one) => one.text() === person.postAdd)!.trigger('click')
  await open()
  await under(shown, person.org).setValue('c1')
  expect(under(shown, person.territory).element.value).toBe('v1')
  await under(shown, person.org).setValue('c2')
  expect(under(shown, person.territory).element.value).toBe('v2')
  await under(shown, person.territory).setValue('town')
  expect(under(shown, person.territory).element.value).toBe('town')
  await open()
  expect([under(shown, person.org).element.value, under(shown, person.territory).element.value]).toEqual(['', ''])
  shown.unmount()
  vi.unstubAllGlobals()
})

it('a list of a village is of the village its body is of, and what is missing is said while it cannot be saved', async () => {
  const shown = await show(PlaceLists)
  await shown.findAll('button').find((one) => one.text() === place_list.add)!.trigger('click')
  const save = () => shown.findAll('button').find((one) => one.text() === shared.save)!
  const lacking = () => (shown.find('#list-lacking').exists() ? shown.find('#list-lacking').text() : '')
  expect(lacking()).toBe(place_list.noKind)
  await under(shown, place_list.kind).setValue('village_listed')
  expect(lacking()).toBe(place_list.chooseOwner)
  await under(shown, place_list.owner).setValue('c2')
  expect([under(shown, place_list.village).element.value, lacking(), save().attributes('disabled')]).toEqual(['v2', '', undefined])
  await under(shown, place_list.village).setValue('')
  expect([lacking(), save().attributes('disabled')]).toEqual([place_list.noVillage, ''])
  shown.unmount()
  vi.unstubAllGlobals()
})
