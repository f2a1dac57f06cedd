// Words as functions: they need names in braces and nothing else, so that no compiler of messages travels (5 KB).

interface Values { named: (key: string) => unknown }

/** Sentences with `{names}` as functions, which is all a compiler of messages would make of them. */
export function ready(words: unknown): unknown {
  if (typeof words === 'string') {
    return words.includes('{') ? (values: Values) => words.replace(/\{(\w+)\}/g, (_, name: string) => String(values.named(name) ?? '')) : words
  }
  if (Array.isArray(words)) return words
  return Object.fromEntries(Object.entries(words as object).map(([key, inner]) => [key, ready(inner)]))
}
