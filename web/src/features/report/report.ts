import type { FigureView } from '@/shared/api/contract'
import { percent } from '@/shared/formats'
import type { Tone } from '@/shared/ui/tone'

/** How a report stands. */
export function reportTone(state: string): Tone {
  return state === 'issued' ? 'done' : state === 'submitted' ? 'due' : state === 'void' ? 'na' : 'doing'
}

/** A figure as people read it: a share in per cent, a dash where nothing was due or recorded. */
export function figureText(figure: Pick<FigureView, 'value' | 'unit'>): string {
  if (figure.value === null || figure.value === undefined) return '—'
  return figure.unit === '%' ? percent(figure.value) : `${figure.value} ${figure.unit}`
}
