import type { NoticeView } from '../../shared/api/contract'

export interface Piece { text: string; clause: string | null }

/** The text cut at its clauses; what lies between them stays. Overlapping passages are cut where the next one starts. */
export function pieces(view: Pick<NoticeView, 'body' | 'spans'>): Piece[] {
  const found: Piece[] = []
  let at = 0
  for (const span of [...view.spans].sort((a, b) => a.start - b.start)) {
    const start = Math.max(at, span.start)
    const end = Math.min(view.body.length, span.end)
    if (end <= start) continue
    if (start > at) found.push({ text: view.body.slice(at, start), clause: null })
    found.push({ text: view.body.slice(start, end), clause: span.clause })
    at = end
  }
  if (at < view.body.length) found.push({ text: view.body.slice(at), clause: null })
  return found
}
