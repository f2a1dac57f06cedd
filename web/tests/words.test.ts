import { readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const SRC = join(__dirname, '../src')

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name)
    return statSync(path).isDirectory() ? files(path) : [path]
  })
}
function words(value: unknown, prefix = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[prefix, value]])
  return new Map(Object.entries(value as object).flatMap(([key, inner]) => [...words(inner, prefix ? `${prefix}.${key}` : key)]))
}
const read = (path: string) => words(JSON.parse(readFileSync(path, 'utf8')))
const all = files(SRC)
const chinese = all.filter((path) => path.endsWith('/locales/zh-CN.json'))

describe('words', () => {
  it('are found', () => expect(chinese.length).toBeGreaterThan(3))

  it.each(chinese.map((path) => path.slice(SRC.length + 1)))('%s has every word in both languages', (path) => {
    const zh = read(join(SRC, path))
    const en = read(join(SRC, path.replace('zh-CN.json', 'en.json')))
    expect([...en.keys()].sort()).toEqual([...zh.keys()].sort())
    const named = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()
    for (const [key, text] of zh) {
      expect(text.trim(), key).not.toBe('')
      expect(named(en.get(key) ?? ''), `placeholders of ${key}`).toEqual(named(text))
    }
  })

  it('no word is said twice under one key: the later one would stand in both places', () => {
    const doubled = all.filter((path) => path.endsWith('.json')).flatMap((path) => {
      // As written, each key on a line of its own: keys of one block stand equally deep.
      const seen: Set<string>[] = []
      const found: string[] = []
      for (const line of readFileSync(path, 'utf8').split('\n')) {
        const deep = line.search(/\S/)
        if (/^\s*[}\]]/.test(line)) seen[deep + 2] = new Set()
        const key = /^\s*("(?:[^"\\]|\\.)*"):/.exec(line)?.[1]
        if (!key) continue
        const block = (seen[deep] ??= new Set())
        if (block.has(key)) found.push(`${path.slice(SRC.length + 1)} ${key}`)
        block.add(key)
        seen[deep + 2] = new Set()
      }
      return found
    })
    expect(doubled).toEqual([])
  })

  it('no page carries bare Chinese: it belongs into locales', () => {
    const bare = all
      .filter((path) => path.endsWith('.vue'))
      .flatMap((path) =>
        readFileSync(path, 'utf8')
          .replace(/<!--[\s\S]*?-->|\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
          .split('\n')
          .map((line, i) => ({ line, at: `${path.slice(SRC.length + 1)}:${i + 1}` }))
          .filter(({ line }) => /[\u4e00-\u9fff]/.test(line))
          .map(({ line, at }) => `${at} ${line.trim()}`),
      )
    expect(bare).toEqual([])
  })

  it('every key a page names with t() exists', () => {
    const known = new Set<string>()
    for (const path of chinese) {
      const rest = path.slice(SRC.length + 1).split('/')
      const room = rest[0] === 'features' ? rest[1] : rest[0] === 'desk' ? 'shell' : rest[0]
      for (const key of read(path).keys()) known.add(`${room}.${key}`)
    }
    const missing = all
      .filter((path) => /\.(vue|ts)$/.test(path) && !path.endsWith('.test.ts') && !path.endsWith('schema.d.ts'))
      .flatMap((path) =>
        [...readFileSync(path, 'utf8').matchAll(/(?:\bt|translate)\(\s*'([a-z_]+(?:\.[\w-]+)+)'/gi)]
          .map((m) => m[1] ?? '')
          .filter((key) => !known.has(key))
          .map((key) => `${path.slice(SRC.length + 1)}: ${key}`),
      )
    expect(missing).toEqual([])
  })
})

it('a directive that a page uses is there: an unknown one is only a warning nobody reads', () => {
  const lost = all.filter((path) => path.endsWith('.vue')).filter((path) => {
    const text = readFileSync(path, 'utf8')
    return text.includes('v-stacked') && !text.includes("import { vStacked } from")
  })
  expect(lost).toEqual([])
})
