import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'

// A number on the workbench leads to the list of what it counts: the list must know the question the link asks.
const APP = join(__dirname, '../../../crates/app/src')
const FEATURES = join(__dirname, '../features')

/** `/hazards?to_advise=true` as it stands in the program and on the workbench. */
function links(): { path: string; keys: string[]; link: string }[] {
  const files = [join(APP, 'workbench.rs'), join(APP, 'leader.rs'), join(FEATURES, 'workbench/WorkbenchPage.vue')]
  const found = files.flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/["'](\/[a-z][a-z/-]*)\?([^"'{}`]+)["']/g)])
  return found.map(([link, path, query]) => ({ link, path: path ?? '', keys: (query ?? '').split('&').map((one) => one.split('=')[0] ?? '') }))
}

/** Where the page of a path is written. */
function pageOf(path: string): string | null {
  for (const noun of readdirSync(FEATURES)) {
    const feature = join(FEATURES, noun, 'feature.ts')
    if (!existsSync(feature)) continue
    const at = new RegExp(`path: '${path}'[^}]*?import\\('([^']+)'\\)`).exec(readFileSync(feature, 'utf8'))
    if (at?.[1]) return join(dirname(feature), at[1])
  }
  return null
}

describe('a link with a question', () => {
  it('leads to a page that knows it', () => {
    const all = links()
    expect(all.length).toBeGreaterThan(15)
    const lost = all.filter(({ path, keys }) => {
      const page = pageOf(path)
      const text = page ? readFileSync(page, 'utf8') : ''
      return !page || keys.some((key) => !new RegExp(`\\b${key}: '|query\\.${key}\\b|query\\['${key}'\\]`).test(text))
    })
    expect(lost.map((one) => one.link)).toEqual([])
  })
})
