import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

interface Chunk { file: string; imports?: string[]; css?: string[]; isEntry?: boolean }
const DIST = join(__dirname, '../dist')

/** Gzipped size of what the first screen of an entry loads: its script, all it imports, their styles and the words. */
function firstScreen(folder: string, entry: string, extra: RegExp[]): number {
  const root = join(DIST, folder)
  const manifest = JSON.parse(readFileSync(join(root, 'manifest.json'), 'utf8')) as Record<string, Chunk>
  const seen = new Set<string>()
  const wanted = new Set<string>()
  const take = (key: string): void => {
    const chunk = manifest[key]
    if (!chunk || seen.has(key)) return
    seen.add(key)
    for (const file of [chunk.file, ...(chunk.css ?? [])]) wanted.add(file)
    for (const next of chunk.imports ?? []) take(next)
  }
  take(entry)
  for (const key of Object.keys(manifest)) if (extra.some((pattern) => pattern.test(key))) take(key)
  expect(seen.size).toBeGreaterThan(0)
  return [...wanted].reduce((sum, file) => sum + gzipSync(readFileSync(join(root, file)), { level: 9 }).length, 0) / 1024
}

// Without a build there is nothing to weigh; where everything is checked, that is a failure.
describe.skipIf(!existsSync(join(DIST, 'p/manifest.json')) && !process.env['CI'])('what people must load first, in KB gzipped', () => {
  it('unit owner ≤ 60', () => expect(firstScreen('p', 'p.html', [/words\.zh-CN/])).toBeLessThanOrEqual(60))
  it('phone ≤ 110', () => expect(firstScreen('m', 'm.html', [/words\.zh-CN/, /Home\.vue$/])).toBeLessThanOrEqual(110))
  it('map ≤ 350', () => expect(firstScreen('', 'src/shared/map/MapView.vue', []) - firstScreen('', 'index.html', [])).toBeLessThanOrEqual(350))
  it('desk ≤ 90', () => expect(firstScreen('', 'index.html', [])).toBeLessThanOrEqual(90))
})
