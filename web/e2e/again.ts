import { afterAll, beforeAll, beforeEach } from 'vitest'

/**
 * What the stories of a file need, opened once. Told again, a story gets it anew: the first telling may have used up what
 * it needs, and the second would fail for that alone. Only for files whose stories do not build on each other.
 */
export function anewWhenToldAgain(open: () => Promise<void>, end: () => Promise<unknown> | undefined): void {
  beforeAll(open)
  beforeEach(async ({ task }) => {
    if (!task.result?.retryCount) return
    await end()
    await open()
  })
  afterAll(end)
}
