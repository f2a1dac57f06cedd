// The English of what the server says in Chinese, found by the sentence as the source writes it (decision 0037).

import rooms from './said.en.json'

const HAN = /\p{Script=Han}/u
/** What may stand in the table: `{name}` for a value, `{{` and `}}` for a brace. */
const PIECE = /\{\{|\}\}|\{(\w+)\}/g

interface Shape {
  english: string
  names: string[]
  /** The longest piece that never changes: where it is missing there is nothing to try. */
  anchor: string
  fixed: number
  found: RegExp
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')

/** A sentence of the source, ready to be found in what the server sent. */
function shape(chinese: string, said: string): Shape {
  const names: string[] = []
  let found = ''
  let fixed = ['']
  let at = 0
  for (const piece of chinese.matchAll(PIECE)) {
    const before = chinese.slice(at, piece.index)
    const brace = piece[1] ? '' : piece[0].charAt(0)
    found += escaped(before + brace)
    fixed[fixed.length - 1] += before + brace
    at = piece.index + piece[0].length
    if (!piece[1]) continue
    const again = names.indexOf(piece[1])
    // Of two values side by side nobody can tell which is which: the first is both.
    const beside = chinese.slice(at).startsWith('{') && !chinese.slice(at).startsWith('{{')
    found += again < 0 ? (beside ? '([\\s\\S]*)' : '([\\s\\S]*?)') : `\\${again + 1}`
    if (again < 0) names.push(piece[1])
    fixed.push('')
  }
  const rest = chinese.slice(at)
  fixed[fixed.length - 1] += rest
  fixed = fixed.filter(Boolean)
  const anchor = fixed.reduce((longest, one) => (one.length > longest.length ? one : longest), '')
  return { english: said, names, anchor, fixed: fixed.join('').length, found: new RegExp(`^${found}${escaped(rest)}$`) }
}

const whole = new Map<string, string>()
const shapes: Shape[] = []
for (const [chinese, said] of Object.values(rooms as Record<string, Record<string, string>>).flatMap(Object.entries) as [string, string][]) {
  if (chinese.includes('{')) shapes.push(shape(chinese, said))
  else whole.set(chinese, said)
}
// The sentence that leaves least to values is the one that was meant.
shapes.sort((a, b) => b.fixed - a.fixed)

/** A value within a sentence: a name stays, a word or a list of words of ours is said in English. */
const value = (text: string, depth: number): string => (HAN.test(text) ? (look(text, depth + 1) ?? text) : text)

/** `派给 {0}`: a word of ours, a blank, and behind it nothing but a name. */
const isName = (one: Shape, text = ''): boolean => one.names.length === 1 && one.anchor.length === one.fixed && /^\p{Script=Han}+ $/u.test(one.anchor) && /^[\p{Script=Han}\u00b7]+$/u.test(text)

/** The English of a whole sentence; none when nobody wrote it. */
function look(text: string, depth: number): string | undefined {
  const known = whole.get(text)
  if (known !== undefined || depth > 4) return known
  for (const one of shapes) {
    if (!text.includes(one.anchor)) continue
    const values = one.found.exec(text)
    if (!values) continue
    // Two or three characters are in many a sentence: then the values must be ours too, or a name alone behind a blank.
    if (one.fixed < 4 && !isName(one, values[1]) && !values.slice(1).every((text) => !HAN.test(text) || look(text, depth + 1) !== undefined)) continue
    return one.english.replace(PIECE, (piece, name?: string) => (name ? value(values[one.names.indexOf(name) + 1] ?? '', depth) : piece.charAt(0)))
  }
  return behindName(text, depth) ?? several(text, depth)
}

/** A name with a sentence of ours behind it, after a colon or in brackets. */
function behindName(text: string, depth: number): string | undefined {
  for (const [form, before, after] of [[/^([^\uff1a]+)\uff1a([^]+)$/, ': ', ''], [/^([^]+)\uff08([^]+)\uff09$/, ' (', ')']] as const) {
    const [, name = '', rest = ''] = form.exec(text) ?? []
    // A fact of ours with what was counted: `复发隐患（2）`.
    const counted = /^[\d.,]+$/.test(rest) ? look(name, depth + 1) : undefined
    if (counted !== undefined) return `${counted}${before}${rest}${after}`
    const said = HAN.test(rest) ? look(rest, depth + 1) : undefined
    if (said !== undefined) return `${value(name, depth)}${before}${said}${after}`
  }
  return undefined
}

/** Several of ours, one after the other: all or none. */
function several(text: string, depth: number): string | undefined {
  for (const [mark, joined] of [['\uff1b', '; '], ['\u3001', ', '], ['\u3002', ' ']] as const) {
    // A full stop belongs to the sentence, and some of ours are written with it.
    const parts = text.split(mark).filter(Boolean).map((part) => (mark === '\u3002' ? [`${part}${mark}`, part] : [part]))
    if (parts.length < 2) continue
    const said = parts.map((forms) => forms.map((part) => (HAN.test(part) ? look(part, depth + 1) : part)).find((part) => part !== undefined))
    if (said.every((part) => part !== undefined)) return said.join(joined)
  }
  return undefined
}

const kept = new Map<string, string>()
/** What the server said, in English as far as it is known. */
export function inEnglish(text: string): string {
  if (!HAN.test(text)) return text
  let said = kept.get(text)
  if (said === undefined) {
    said = look(text, 0) ?? text
    if (kept.size > 2000) kept.clear()
    kept.set(text, said)
  }
  return said
}
