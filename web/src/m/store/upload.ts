// One picture to the server in parts, from wherever the last attempt broke off. The server counts; the phone believes it.

import { MUST_CHANGE, type Http, type Reply } from './http'
import type { Photo, Trouble } from './types'

/** The server takes parts up to 256 KB. */
export const PART_BYTES = 256 * 1024
/** A picture that does not end after so many parts beyond its own is a fault, and no endless loop. */
const SPARE_PARTS = 8

export interface UploadState { received: number; complete: boolean; sha256: string | null }

export type Uploaded =
  | { kind: 'confirmed' }
  | { kind: 'later'; reply: Exclude<Reply<unknown>, { kind: 'ok' }> }
  | { kind: 'refused'; code: string; sentence: string; fields: Trouble['fields'] }

/** Where the picture hangs. */
export interface Target { kind: 'inspection' | 'hazard'; id: string }

/** Sends what is missing. `progress` is told how much the server has. */
export async function upload(
  http: Http,
  photo: Photo,
  target: Target,
  progress: (received: number) => Promise<void> | void,
): Promise<Uploaded> {
  const blob = photo.blob
  if (!blob) return { kind: 'refused', code: 'photo.gone', sentence: '', fields: [] }
  // From where the phone believes the server is; a wrong belief is corrected by its answer.
  let at = Math.min(photo.received, blob.size)
  const most = Math.ceil(blob.size / PART_BYTES) + SPARE_PARTS
  for (let sent = 0; sent < most; sent++) {
    if (at >= blob.size) {
      // All bytes are there and the last answer was lost.
      const known = await http.ask<UploadState>(`/photos/${photo.id}/state`)
      if (known.kind === 'problem' && known.status === 404) {
        at = 0
        continue
      }
      if (known.kind !== 'ok') return passed(known)
      if (known.data.complete) return compared(known.data, photo)
      at = known.data.received < blob.size ? known.data.received : 0
    }
    const part = blob.slice(at, at + PART_BYTES)
    const reply = await http.ask<UploadState>(`/photos/${photo.id}?${query(photo, target)}`, {
      method: 'PUT',
      bytes: part,
      timeoutMs: 60_000,
      headers: {
        'content-type': photo.type,
        'upload-offset': String(at),
        'upload-length': String(blob.size),
        'upload-sha256': photo.sha256,
      },
    })
    if (reply.kind === 'ok') {
      at = reply.data.received
      await progress(at)
      if (reply.data.complete) return compared(reply.data, photo)
    } else if (reply.kind === 'problem' && reply.code === 'photo.offset') {
      at = Math.min(Number(reply.body.received) || 0, blob.size)
      await progress(at)
    } else return passed(reply)
  }
  return { kind: 'later', reply: { kind: 'unreachable', why: 'timeout' } }
}

function query(photo: Photo, target: Target): string {
  const q = new URLSearchParams({ object_kind: target.kind, object_id: target.id, role: photo.role, taken_at: photo.taken_at })
  if (photo.item) q.set('item', photo.item)
  if (photo.position) {
    q.set('lon', String(photo.position.lon))
    q.set('lat', String(photo.position.lat))
  }
  return q.toString()
}

function compared(state: UploadState, photo: Photo): Uploaded {
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
  return code !== MUST_CHANGE && status >= 400 && status < 500 && status !== 401 && status !== 408 && status !== 425 && status !== 429
}
