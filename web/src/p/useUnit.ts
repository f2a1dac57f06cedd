// The state of the page: how the hazard stands, the fix being made, and what still has to go up.
import { computed, onUnmounted, reactive, ref } from 'vue'
import { find, forget, keep, type Draft } from './draft'
import { uuidv7 } from '@/shared/api/id'
import { exifTaken } from '@/shared/photo/exif'
import { sha256 } from '@/shared/photo/hash'
import { drawn } from '@/shared/photo/shrink'
import { askExtension, handIn, load, NoLine, Refused, type UnitView } from './unit'
import { realLine, untilAnswered, upload, type Uploading } from './upload'
import { t } from './words'

/** As many photos as one fix may have here; more would not help who looks at them. */
export const MOST = 9

export interface Shot extends Uploading {
  url: string
  failed: string
}

export type Field = 'photos' | 'note' | 'name'

/** What is missing before a fix can be handed in, first things first. */
export function missing(draft: { photos: unknown[]; note: string; name: string }): Field[] {
  const lacks: Field[] = []
  if (draft.photos.length === 0) lacks.push('photos')
  if (!draft.note.trim()) lacks.push('note')
  if (!draft.name.trim()) lacks.push('name')
  return lacks
}

/** The code at the end of the page's address. */
export const codeOf = (path: string): string => decodeURIComponent(path.replace(/\/+$/, '').split('/').pop() ?? '')

export function useUnit(code: string) {
  const view = ref<UnitView | null>(null)
  const phase = ref<'loading' | 'offline' | 'gone' | 'ready'>('loading')
  const goneDetail = ref('')
  const fix = reactive({ key: uuidv7(), name: '', note: '', photos: [] as Shot[], sending: false })
  const lineUp = ref(true)
  const keeps = ref(true)
  const problem = ref('')
  const delivered = ref(false)
  let alive = true

  const line = realLine(code, (up) => (lineUp.value = up), () => alive)
  const percent = (shot: Shot) => Math.floor((shot.received / Math.max(1, shot.blob.size)) * 100)
  const lacks = computed(() => missing(fix))

  async function save(): Promise<void> {
    const photos = fix.photos.map(({ id, blob, sha256: hash, original, takenAt, received, complete }) => ({
      id, blob, sha256: hash, original, takenAt, received, complete,
    }))
    const draft: Draft = { code, key: fix.key, name: fix.name, note: fix.note, sending: fix.sending, photos }
    keeps.value = await keep(draft)
  }

  async function add(files: Iterable<File>): Promise<void> {
    problem.value = ''
    for (const file of files) {
      if (fix.photos.length >= MOST) {
        problem.value = t('p.fix.too_many', { n: MOST })
        break
      }
      try {
        const { blob } = await drawn(file)
        const hash = await sha256(new Uint8Array(await blob.arrayBuffer()))
        if (fix.photos.some((shot) => shot.sha256 === hash)) continue
        const raw = new Uint8Array(await file.arrayBuffer())
        const original = await sha256(raw)
        const takenAt = new Date(exifTaken(raw) ?? (file.lastModified || Date.now())).toISOString()
        fix.photos.push({
          id: uuidv7(), blob, sha256: hash, original, takenAt, received: 0, complete: false, url: URL.createObjectURL(blob), failed: '',
        })
      } catch {
        problem.value = t('p.fix.no_picture')
      }
    }
    await save()
  }

  async function remove(shot: Shot): Promise<void> {
    URL.revokeObjectURL(shot.url)
    fix.photos = fix.photos.filter((one) => one.id !== shot.id)
    await save()
  }

  /** Sends all photos, then the fix; goes on by itself while the line is down. */
  async function submit(): Promise<void> {
    if (fix.sending && !lineUp.value) return
    problem.value = ''
    fix.sending = true
    await save()
    try {
      for (const shot of fix.photos) {
        try {
          shot.failed = ''
          await upload(shot, line)
        } catch (error) {
          if (error instanceof Refused) shot.failed = error.message || t('p.fix.failed')
          throw error
        } finally {
          void save()
        }
      }
      const photos = fix.photos.map((shot) => shot.id)
      const body = { name: fix.name.trim(), note: fix.note.trim(), photos }
      view.value = await untilAnswered(line, () => handIn(code, fix.key, body))
      delivered.value = true
      fix.photos.forEach((shot) => URL.revokeObjectURL(shot.url))
      Object.assign(fix, { key: uuidv7(), note: '', photos: [], sending: false })
      await forget(code)
    } catch (error) {
      fix.sending = false
      // A refused fix is corrected and sent as a new one; a lost answer is asked for again under the same key.
      if (error instanceof Refused) fix.key = uuidv7()
      problem.value = error instanceof Refused ? t('p.failed', { detail: error.message }) : t('p.failed.line')
      await save()
    }
  }

  async function extend(want: { name: string; days: number; reason: string }, key: string): Promise<string> {
    try {
      view.value = await askExtension(code, key, want)
      return ''
    } catch (error) {
      return error instanceof Refused ? t('p.failed', { detail: error.message }) : t('p.failed.line')
    }
  }

  async function begin(): Promise<void> {
    phase.value = 'loading'
    try {
      view.value = await load(code)
      phase.value = 'ready'
    } catch (error) {
      if (error instanceof NoLine) {
        phase.value = 'offline'
        await line.pause(5000)
        if (alive && phase.value === 'offline') void begin()
        return
      }
      goneDetail.value = error instanceof Refused && error.status !== 404 ? error.message : ''
      phase.value = 'gone'
      return
    }
    const left = await find(code)
    if (!left) return
    fix.key = left.key
    fix.name = left.name
    fix.note = left.note
    fix.photos = left.photos.map((photo) => ({ ...photo, url: URL.createObjectURL(photo.blob), failed: '' }))
    if (left.sending && missing(fix).length === 0) {
      problem.value = t('p.line.resume')
      void submit()
    }
  }

  onUnmounted(() => {
    alive = false
  })
  return { view, phase, goneDetail, fix, lineUp, keeps, problem, delivered, lacks, percent, add, remove, save, submit, extend, begin }
}
