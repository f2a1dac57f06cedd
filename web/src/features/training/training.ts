// What the pages of training share: colours of states, lines of a paper list, questions as lines of text.
import type { Tone } from '@/shared/ui/tone'
import type { QuestionInput } from './types'

/** How a state of a session is shown. */
export function stateTone(state: string): Tone {
  return state === 'closed' ? 'done' : state === 'cancelled' ? 'na' : state === 'planned' ? 'todo' : 'doing'
}

/** Who may teach, of all bodies that are still there: where a certificate is given, the fire rescue organ (clause 11.6). */
export function trainers<O extends { kind: string; active: boolean }>(orgs: O[], certifies: boolean): O[] {
  return orgs.filter((one) => one.active && (!certifies || one.kind === 'fire_rescue'))
}

/** How a certificate's standing is shown. */
export function standingTone(standing: string): Tone {
  return standing === 'valid' ? 'done' : standing === 'expiring' ? 'due' : standing === 'expired' ? 'late' : 'na'
}

/** Lines of a paper list: name, unit, points, apart by tabs or commas; the last is points where it is a number. */
export function attendeesIn(text: string): { name: string; place: string; score: number | null }[] {
  return text
    .split('\n')
    .map((line) => line.split(/[\t,，;；]/).map((part) => part.trim()))
    .map((parts) => {
      const points = parts.length > 1 ? (parts.at(-1) ?? '') : ''
      const score = /^\d{1,3}(\.0+)?$/.test(points) ? Number(points) : null
      const [name = '', place = ''] = score === null ? parts : parts.slice(0, -1)
      return { name, place, score }
    })
    .filter((one) => one.name && !/^(姓名|序号)$/.test(one.name))
}

/** A share in percent, rounded down; a dash where there is nobody. */
export function share(part: number, whole: number): string {
  return whole ? `${Math.floor((part * 100) / whole)}%` : '—'
}

/**
 * Questions out of text, one block each: the question, then options of which the right ones begin with `*`.
 * Two options make true or false, several right ones a multiple choice.
 */
export function questionsIn(text: string): QuestionInput[] {
  return text
    .split(/\n\s*\n/)
    .map((block) => block.split('\n').map((line) => line.trim()).filter(Boolean))
    .filter((lines) => lines.length > 1)
    .map(([question = '', ...lines]) => {
      const right = lines.flatMap((line, n) => (line.startsWith('*') ? [n] : []))
      const options = lines.map((line) => line.replace(/^\*\s*/, ''))
      return { kind: right.length > 1 ? 'multiple' : options.length === 2 ? 'true_false' : 'single', text: question, options, right }
    })
}
