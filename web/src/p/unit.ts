// What this page asks the server: how the hazard stands, photo parts, the fix, the extension.
import type { UnitView } from '@/shared/api/contract'
import { said, speaking } from '@/shared/i18n/codes'
import type { Received } from '@/shared/photo/parts'

export type { UnitView }

/** The server said no, with a sentence and a code. */
export class Refused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly more: Record<string, unknown>,
  ) {
    super(said(detail))
  }
}

/** The answer never came: no line, or the server is away. Worth trying again. */
export class NoLine extends Error {}

const base = (code: string) => `/api/v1/unit/${encodeURIComponent(code)}`

async function ask<T>(url: string, init: RequestInit = {}): Promise<T> {
  let response: Response
  let body: Record<string, unknown>
  try {
    response = await fetch(url, { credentials: 'omit', ...init, headers: { 'X-Fengsui': '1', ...init.headers } })
    const text = await response.text()
    body = text ? (JSON.parse(text) as Record<string, unknown>) : {}
  } catch {
    throw new NoLine()
  }
  if (response.ok) return body as T
  // A gateway in between, a limiter, or a server starting up: not an answer about our request.
  if (response.status >= 500 || response.status === 429 || response.status === 408) throw new NoLine()
  await speaking.value.ready
  throw new Refused(response.status, String(body.code ?? ''), String(body.detail ?? ''), body)
}

const asJson = (key: string, body: unknown): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key },
  body: JSON.stringify(body),
})

export const load = (code: string) => ask<UnitView>(base(code))

export const handIn = (code: string, key: string, fix: { name: string; note: string; photos: string[] }) =>
  ask<UnitView>(`${base(code)}/fix`, asJson(key, fix))

export const askExtension = (code: string, key: string, want: { name: string; days: number; reason: string }) =>
  ask<UnitView>(`${base(code)}/extension`, asJson(key, want))

export const photoUrl = (code: string, id: string) => `${base(code)}/photos/${encodeURIComponent(id)}`

/** Sends the part of a photo that starts at `offset`. */
export function sendPart(
  code: string,
  photo: { id: string; blob: Blob; sha256: string; original?: string; takenAt: string },
  offset: number,
  until: number,
): Promise<Received> {
  const query = new URLSearchParams({ object_kind: 'hazard', role: 'fix', taken_at: photo.takenAt, ...(photo.original ? { original_sha256: photo.original } : {}) })
  return ask<Received>(`${photoUrl(code, photo.id)}?${query}`, {
    method: 'PUT',
    headers: {
      'Content-Type': photo.blob.type || 'image/jpeg',
      'Upload-Offset': String(offset),
      'Upload-Length': String(photo.blob.size),
      'Upload-Sha256': photo.sha256,
    },
    body: photo.blob.slice(offset, until),
  })
}
