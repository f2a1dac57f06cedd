import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'vue/compiler-sfc'

const src = join(__dirname, '../src')
const pages = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.vue'))

interface Node { tag?: string; children?: Node[]; loc: { start: { offset: number; line: number }; end: { offset: number } } }

describe('a space between a number and its word', () => {
  // Vue drops a space that stands first or last inside an element beside another node: `3<small> {{ … }}</small>` is `3人`
  // without it. It stands in front of the element, or as `{{ ' ' }}`.
  it('stands where the compiler leaves it', () => {
    const lost: string[] = []
    for (const name of pages) {
      const text = readFileSync(join(src, name), 'utf8')
      const walk = (node: Node): void => {
        const first = node.children?.[0]
        const last = node.children?.at(-1)
        if (node.tag && first && last) {
          const before = text.slice(node.loc.start.offset, first.loc.start.offset)
          const after = text.slice(last.loc.end.offset, node.loc.end.offset)
          if (/> +$/.test(before) || /^ +<\//.test(after)) lost.push(`${name}:${node.loc.start.line} <${node.tag}>`)
        }
        node.children?.forEach(walk)
      }
      const template = parse(text).descriptor.template?.ast
      if (template) walk(template as Node)
    }
    expect(lost).toEqual([])
  })
})
