// One picture to the server in parts, from wherever the last attempt broke off. The server counts; the phone believes it.

import { sendParts, type Received } from '@/shared/photo/parts'
import { comesFirst, type Http, type Reply } from './http'
import type { Photo, Trouble } from './types'

export type UploadState = Required<Received>

export type Uploaded =
  | { kind: 'confirmed' }
  | { kind: 'later'; reply: Exclude<Reply<unknown>, { kind: 'ok' }> }
  | { kind: 'refused'; code: string; sentence: string; fields: Trouble['fields'] }

/** Where the picture hangs. */
export interface Target { kind: 'inspection' | 'hazard' | 'placard' | 'follow_up' | 'evidence' | 'whistle' | 'report_case' | 'facility' | 'stop_use' | 'visit' | 'house' | 'licence' | 'case' | 'circular'; id: string }

/** Ends the sending with what it came to. */
class Ended extends Error {
  constructor(readonly as: Uploaded) { super(as.kind) }
}

/** Sends what is missing. `progress` is told how much the server has. */
export async function upload(http: Http, photo: Photo, target: Target, progress: (received: number) => Promise<void> | void): Promise<Uploaded> {
  const blob = photo.blob
  if (!blob) return { kind: 'refused', code: 'photo.gone', sentence: '', fields: [] }
  const state = async (): Promise<UploadState | null> => {
    const known = await http.ask<UploadState>(`/photos/${photo.id}/state`)
    if (known.kind === 'problem' && known.status === 404) return null
    if (known.kind !== 'ok') throw new Ended(passed(known))
    return known.data
  }
  const part = async (from: number, until: number): Promise<Received> => {
    const reply = await http.ask<UploadState>(`/photos/${photo.id}?${query(photo, target)}`, {
      method: 'PUT',
      bytes: blob.slice(from, until),
      timeoutMs: 60_000,
      headers: {
        'content-type': photo.type,
        'upload-offset': String(from),
        'upload-length': String(blob.size),
        'upload-sha256': photo.sha256,
      },
    })
    if (reply.kind === 'ok') return reply.data
    if (reply.kind === 'problem' && reply.code === 'photo.offset') return { received: Number(reply.body.received) || 0, complete: reply.body.complete === true }
    throw new Ended(passed(reply))
  }
  try {
    // From where the phone believes the server is; where that is the end, the last answer was lost.
    let from = Math.min(photo.received, blob.size)
    if (from >= blob.size) {
      const known = await state()
      if (known?.complete) return compared(known, photo)
      from = known?.received ?? 0
    }
    const whole = await sendParts(blob.size, from, part, progress)
    if (!whole) return { kind: 'later', reply: { kind: 'unreachable', why: 'timeout' } }
    // Only a hash the server tells proves that it has these very bytes.
    return compared(whole.sha256 ? whole : ((await state()) ?? whole), photo)
  } catch (error) {
    if (error instanceof Ended) return error.as
    throw error
  }
}

function query(photo: Photo, target: Target): string {
  const q = new URLSearchParams({ object_kind: target.kind, object_id: target.id, role: photo.role, taken_at: photo.taken_at })
  if (photo.item) q.set('item', photo.item)
  if (photo.original) q.set('original_sha256', photo.original)
  if (photo.position) {
    q.set('lon', String(photo.position.lon))
    q.set('lat', String(photo.position.lat))
  }
  return q.toString()
}

function compared(state: Received, photo: Photo): Uploaded {
  if (state.sha256 === photo.sha256) return { kind: 'confirmed' }
  return { kind: 'refused', code: 'photo.differs', sentence: '', fields: [] }
}

function passed(reply: Exclude<Reply<unknown>, { kind: 'ok' }>): Uploaded {
  if (reply.kind === 'problem' && isFinal(reply)) {
    return { kind: 'refused', code: reply.code, sentence: reply.sentence, fields: reply.fields }
  }
  return { kind: 'later', reply }
}

/** Whether asking again would get the same answer. Not signed in, too many and server faults pass by themselves. */
export function isFinal({ status, code }: { status: number; code: string }): boolean {
  return !comesFirst(code) && status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 425 && status !== 429
}
