import { effectScope, nextTick, reactive, ref } from 'vue'
import { expect, it, vi } from 'vitest'
import { ApiProblem } from '../../api/client'
import { useStale } from './stale'

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
