import type { SignalView } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

const FAULTS = new Set(['fault', 'main_power', 'backup_power', 'line_fault', 'battery_low', 'shielded', 'supervisory', 'water_low', 'electric', 'warning'])

/** What asks for somebody at once stands out from what only wants looking after. */
export function signalTone(row: Pick<SignalView, 'alarm' | 'kind'>): Tone {
  if (row.alarm) return 'late'
  if (FAULTS.has(row.kind.code)) return 'due'
  return row.kind.code === 'restored' || row.kind.code === 'cancelled' ? 'done' : 'na'
}

/** Seconds a clock was off, in the largest unit that says enough: `[2, 'd']`. */
export function clockOff(seconds: number): [number, 's' | 'min' | 'h' | 'd'] | null {
  const off = Math.abs(seconds)
  if (off < 30) return null
  if (off < 120) return [off, 's']
  if (off < 7200) return [Math.round(off / 60), 'min']
  return off < 172_800 ? [Math.round(off / 3600), 'h'] : [Math.round(off / 86_400), 'd']
}
