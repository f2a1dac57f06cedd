import { effectScope, nextTick, reactive, ref } from 'vue'
import { expect, it, vi } from 'vitest'
import { ApiProblem } from '../../api/client'
import { merged, same, useStale } from './stale'

interface Row { name: string; version: number }

function form() {
  const problem = ref<ApiProblem | null>(null)
  const typed = reactive({ name: '我写的', version: 1 })
  const again = vi.fn()
  const scope = effectScope()
  const stale = scope.run(() =>
    useStale<Row>({ problem: problem as never, clear: () => (problem.value = null) }, {
      fields: (now) => [['名称', typed.name, now.name]],
      onto: (now) => (typed.version = now.version),
      take: (now) => Object.assign(typed, now),
      again,
    }),
  )!
  const refused = async (status: number, code: string, current?: Row): Promise<void> => {
    problem.value = new ApiProblem(status, code, '记录已被他人修改', [], '', current)
    await nextTick()
  }
  return { stale, typed, again, refused, problem }
}

it('both versions are shown after a stale edit, and nothing after another refusal', async () => {
  const { stale, refused } = form()
  await refused(422, 'validation')
  expect(stale.now.value).toBeNull()
  await refused(409, 'conflict.version', { name: '他写的', version: 2 })
  expect(stale.fields.value).toEqual([{ key: '名称', label: '名称', mine: '我写的', theirs: '他写的' }])
})

it('mine is saved upon the row as it stands, theirs comes into the form, and going on typing sends nothing', async () => {
  const mine = form()
  await mine.refused(409, 'conflict.version', { name: '他写的', version: 2 })
  mine.stale.settle('mine')
  expect([mine.typed, mine.again.mock.calls.length]).toEqual([{ name: '我写的', version: 2 }, 1])
  expect([mine.stale.now.value, mine.problem.value]).toEqual([null, null])
  // Changed once more meanwhile: asked once more.
  await mine.refused(409, 'conflict.version', { name: '又一个', version: 3 })
  mine.stale.settle('merge')
  expect([mine.typed, mine.again.mock.calls.length]).toEqual([{ name: '我写的', version: 3 }, 1])
  const theirs = form()
  await theirs.refused(409, 'conflict.version', { name: '他写的', version: 2 })
  theirs.stale.settle('theirs')
  expect([theirs.typed, theirs.again.mock.calls.length]).toEqual([{ name: '他写的', version: 2 }, 0])
})

it('only what was typed over since the form was opened is shown, and only that is kept upon the row, also when it changes once more', async () => {
  interface Three { name: string; phone: string; heads: Record<string, number | null>; version: number }
  const opened: Three = { name: '旧名', phone: '1', heads: { beds: 20, lodging: null }, version: 1 }
  const now: Three = { name: '他改的', phone: '1', heads: { lodging: 5, beds: 20 }, version: 2 }
  expect([same(opened.heads, { lodging: null, beds: 20 }), same(opened.heads, now.heads), same([1, 2], [2, 1])]).toEqual([true, false, false])
  // A choice taken back and made again, a blank behind a word: nothing was typed over.
  expect([same(['gas', 'dense'], ['dense', 'gas']), same('老街 ', '老街'), same(['gas'], ['dense', 'gas'])]).toEqual([true, true, false])
  expect(merged(opened, { ...opened, phone: '2', heads: { lodging: null, beds: 20 } }, now)).toEqual({ ...now, phone: '2' })
  const problem = ref<ApiProblem | null>(null)
  const typed = reactive({ name: '旧名', phone: '2' })
  const version = ref(1)
  const again = vi.fn()
  const of = (row: Three) => ({ name: row.name, phone: row.phone })
  const stale = effectScope().run(() =>
    useStale<Three>({ problem: problem as never, clear: () => (problem.value = null) }, {
      typed: { form: typed, opened: () => opened, of }, fields: (row) => [['名称', typed.name, row.name], ['电话', typed.phone, row.phone], ['状态', '待办', '已办', true]],
      onto: (row) => (version.value = row.version), take: () => undefined, again,
    }),
  )!
  const refused = async (current: Three): Promise<unknown> => {
    problem.value = new ApiProblem(409, 'conflict.version', '记录已被他人修改', [], '', current)
    await nextTick()
    return stale.fields.value.map((one) => [one.label, one.mine, one.theirs])
  }
  expect(await refused(now)).toEqual([['电话', '2', '1'], ['状态', '待办', '已办']])
  stale.settle('mine')
  expect([{ ...typed }, version.value, again.mock.calls.length]).toEqual([{ name: '他改的', phone: '2' }, 2, 1])
  expect(await refused({ ...now, name: '又改了', version: 3 })).toEqual([['电话', '2', '1'], ['状态', '待办', '已办']])
  stale.settle('merge')
  expect([{ ...typed }, version.value]).toEqual([{ name: '又改了', phone: '2' }, 3])
})
