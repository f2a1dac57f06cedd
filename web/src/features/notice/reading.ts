import type { NoticeView } from '../../shared/api/contract'

/** A stretch of the notice in UTF-16, as strings count. */
export interface Stretch { start: number; end: number }
export interface Heading { level: 'part' | 'section' | 'clause' | 'item'; label: string; title: string; at: Stretch }
export const RULINGS = ['accepted', 'explained', 'dismissed'] as const
export type Ruling = (typeof RULINGS)[number]
export interface Finding {
  key: string
  kind: string
  kind_label: string
  clauses: string[]
  quote: string
  message: string
  at: Stretch[]
  ruling: { ruling: Ruling; note: string; recorded_at: string; recorded_by: string; version: number } | null
}
export interface Reading { notice: NoticeView; headings: Heading[]; findings: Finding[] }

export interface Block { heading: Heading | null; text: string; start: number }

/** The text cut at its headings, what stands before the first one included; joined again it is the text. */
export function blocks(body: string, headings: Heading[]): Block[] {
  const found: Block[] = []
  let at = 0
  let open: Heading | null = null
  for (const heading of [...headings, null]) {
    const next = heading?.at.start ?? body.length
    if (next > at) found.push({ heading: open, text: body.slice(at, next), start: at })
    at = Math.max(at, next)
    open = heading
  }
  return found
}

/** What a block lacks in the plan: the clause it would be, and the code of the one before it. None where the plan has it, where it
 *  lies within a clause or holds some, and in what stands before the first heading. */
export function lacking(block: Block, spans: { clause: string; start: number; end: number }[]): { no: string; title: string; after: string | null } | null {
  const at = block.heading?.at
  if (!block.heading || !at) return null
  const touches = spans.some((span) => (span.start <= at.start && at.start < span.end) || (at.start <= span.start && span.start < at.end))
  if (touches) return null
  const before = spans.filter((span) => span.start < at.start).sort((a, b) => a.start - b.start).at(-1)
  return { no: block.heading.label, title: block.heading.title, after: before?.clause ?? null }
}

/** A block cut where stretches begin and end; overlapping ones count once. */
export function marked(block: Block, stretches: Stretch[]): { text: string; mark: boolean }[] {
  const found: { text: string; mark: boolean }[] = []
  let at = 0
  for (const one of [...stretches].sort((a, b) => a.start - b.start)) {
    const start = Math.max(at, one.start - block.start)
    const end = Math.min(block.text.length, one.end - block.start)
    if (end <= start) continue
    if (start > at) found.push({ text: block.text.slice(at, start), mark: false })
    found.push({ text: block.text.slice(start, end), mark: true })
    at = end
  }
  if (at < block.text.length) found.push({ text: block.text.slice(at), mark: false })
  return found
}

/** What still waits for a word, the weightiest kind first, as the program orders them; then what was ruled on. */
export function inOrder(findings: Finding[]): Finding[] {
  return [...findings.filter((f) => !f.ruling), ...findings.filter((f) => f.ruling)]
}
