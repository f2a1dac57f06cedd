import { expect, it } from 'vitest'
import { ready } from './ready'

const files = import.meta.glob<Record<string, unknown>>(['../../features/*/locales/*.json', '../../desk/locales/*.json', '../../m/**/locales/*.json', '../locales/*.json'], { eager: true, import: 'default' })

/** Every sentence with where it stands. */
function sentences(words: unknown, at: string): [string, string][] {
  if (typeof words === 'string') return [[at, words]]
  return Object.entries((words ?? {}) as object).flatMap(([key, inner]) => sentences(inner, `${at}.${key}`))
}

it('words need names in braces and nothing else of a compiler of messages', () => {
  const all = Object.entries(files).flatMap(([file, words]) => sentences(words, file))
  expect(all.length).toBeGreaterThan(5_000)
  const odd = all.filter(([, text]) => /[|]|@[.:]/.test(text) || /[{}]/.test(text.replace(/\{\w+\}/g, '')))
  expect(odd).toEqual([])
})

it('names are put in, and what is not given stays empty', () => {
  const say = ready({ a: { b: '{n} 项，共 {of} 项', c: '没有' } }) as { a: { b: (values: { named: (key: string) => unknown }) => string; c: string } }
  expect([say.a.b({ named: (key) => ({ n: 3 })[key as 'n'] }), say.a.c]).toEqual(['3 项，共  项', '没有'])
})
