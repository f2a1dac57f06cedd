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

/** Files under a folder whose name ends so. */
function filesIn(folder: string, ends: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((one) => {
    const path = join(folder, one.name)
    return one.isDirectory() ? filesIn(path, ends) : ends.test(one.name) ? [path] : []
  })
}

/** A path as written in a template, its parts that are filled in as `*`, without what is asked. */
function plain(written: string): string {
  return written.replace(/\$\{(?:[^{}]|\{[^{}]*\})*\}/g, '*').replace(/[?#].*$/, '')
}

describe('a link', () => {
  it('leads to a page that is there', () => {
    const routes = readdirSync(FEATURES).flatMap((noun) => {
      const feature = join(FEATURES, noun, 'feature.ts')
      return existsSync(feature) ? [...readFileSync(feature, 'utf8').matchAll(/path: '([^']+)'/g)].map((one) => one[1] ?? '') : []
    })
    const known = routes.map((path) => new RegExp(`^${path.replace(/\/:\w+\?/g, '(/[^/]+)?').replace(/:\w+/g, '[^/]+')}$`))
    const ways = /\b(?:to="(\/[^"]*)"|:to="`(\/[^`]*)`"|to: [`'](\/[^`']*)[`']|path: `(\/[^`]*)`|(?:push|replace)\([`'](\/[^`']*)[`'])/g
    const found = filesIn(join(__dirname, '..', 'features'), /\.(vue|ts)$/).concat(filesIn(__dirname, /\.vue$/)).flatMap((file) =>
      [...readFileSync(file, 'utf8').matchAll(ways)].map((one) => ({ file, path: plain(one.slice(1).find(Boolean) ?? '') })),
    )
    expect(found.length).toBeGreaterThan(150)
    // What begins with something filled in is not known here.
    const lost = found.filter(({ path }) => path && path !== '/' && !path.startsWith('/*') && !known.some((one) => one.test(path)))
    expect(lost.map(({ file, path }) => `${file.split('/src/')[1]}: ${path}`)).toEqual([])
  })
})
