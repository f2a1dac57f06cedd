import type { ItemView } from '../../shared/api/contract'

/** What is sent of an item; words and the list it stands in are the server's. */
export interface ItemInput {
  code: string
  text: string
  how: string
  answer: string
  hazard_code: string | null
  grade: string
  photo: string
  weight: number
  basis: { instrument: string; article: string; edition?: string | null; confidence?: string | null }[]
  quick: boolean
  only: string[]
}

export function toInput(item: ItemView): ItemInput {
  return {
    code: item.code.trim(),
    text: item.text.trim(),
    how: item.how ?? '',
    answer: item.answer,
    hazard_code: item.hazard_code || null,
    grade: item.grade,
    photo: item.photo,
    weight: Number(item.weight) || 1,
    basis: item.basis.filter((b) => b.instrument.trim()).map((b) => ({ instrument: b.instrument.trim(), article: b.article.trim(), edition: b.edition ?? null, confidence: b.confidence ?? null })),
    quick: item.quick ?? false,
    only: item.only ?? [],
  }
}

/** The next free code behind those in use, as `B05` behind `B04`. */
export function nextCode(items: { code: string }[]): string {
  let prefix = 'A'
  let most = 0
  let width = 0
  for (const { code } of items) {
    const found = /^(.*?)(\d+)$/.exec(code)
    if (!found) continue
    prefix = found[1] ?? ''
    width = Math.max(width, (found[2] ?? '').length)
    most = Math.max(most, Number(found[2]))
  }
  return `${prefix}${String(most + 1).padStart(width || 2, '0')}`
}

/** An item moved up or down. */
export function moved<T>(items: T[], at: number, step: number): T[] {
  const to = at + step
  if (to < 0 || to >= items.length) return items
  const next = [...items]
  const [one] = next.splice(at, 1)
  if (one !== undefined) next.splice(to, 0, one)
  return next
}

/** What each item says here and there, for who has to choose; what is the same is left out. */
export function sides(mine: ItemView[], theirs: ItemView[]): [label: string, mine: string, theirs: string][] {
  const said = (list: ItemView[]): Map<string, string> =>
    new Map(
      list.map((item, at) => {
        const { code, text, how, ...rest } = toInput(item)
        return [code, [`${at + 1}. ${text}`, how, ...Object.values(rest).map((one) => (typeof one === 'object' ? JSON.stringify(one) : String(one)))].join(' · ')]
      }),
    )
  const [here, there] = [said(mine), said(theirs)]
  return [...new Set([...here.keys(), ...there.keys()])].map((code) => [code, here.get(code) ?? '', there.get(code) ?? ''] as [string, string, string]).filter(([, a, b]) => a !== b)
}
