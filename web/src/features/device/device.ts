import type { DeviceRow, SilenceTask } from '@/shared/api/contract'
import type { Tone } from '@/shared/ui/tone'

/** How a device stands: one that is silent or at fault protects nobody. */
export function deviceTone(row: Pick<DeviceRow, 'condition' | 'voided'>): Tone {
  if (row.voided) return 'na'
  switch (row.condition.code) {
    case 'online':
    case 'unconnected':
      return 'done'
    case 'silent':
    case 'faulty':
      return 'late'
    case 'battery_low':
    case 'shielded':
      return 'due'
    case 'testing':
      return 'doing'
    case 'never':
      return 'todo'
    default:
      return 'na'
  }
}

/** The end of a test that begins now, as RFC 3339 with the town's offset. */
export function testEnd(now: Date, minutes: number): string {
  const local = new Date(now.getTime() + (minutes + 8 * 60) * 60_000)
  return `${local.toISOString().slice(0, 19)}+08:00`
}

/** Longitude and latitude typed as `105.87, 29.26`; null where it is none, undefined where nothing was typed. */
export function spot(text: string): [number, number] | null | undefined {
  if (!text.trim()) return undefined
  const [lon, lat, ...rest] = text.split(/[,，\s]+/).filter(Boolean).map(Number)
  if (lon === undefined || lat === undefined || rest.length || !Number.isFinite(lon) || !Number.isFinite(lat)) return null
  return [lon, lat]
}

/** What is said of a silence that is somebody's matter: which sentence, and who owes it. */
export function taskSaid(task: SilenceTask, nobody: string): { key: 'task' | 'taskLate' | 'taskDone'; who: string } {
  const who = task.owner.holders.length ? task.owner.holders.map((one) => one.name).join('、') : nobody
  return { key: task.state === 'done' ? 'taskDone' : task.overdue ? 'taskLate' : 'task', who: `${task.owner.post.name} ${who}` }
}
