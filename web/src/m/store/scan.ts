// The code on a door: typed, or out of whatever text a QR code holds.

import type { Place } from './types'

/** The code within a text: an address' `code`, its last part, or the text itself. */
export function codeIn(text: string): string {
  const said = text.trim()
  try {
    const url = new URL(said)
    const named = url.searchParams.get('code')
    const last = named ?? url.pathname.split(/[/:]/).filter(Boolean).pop()
    if (last) return decodeURIComponent(last).trim().toUpperCase()
  } catch { /* no address: the code itself */ }
  return said.toUpperCase()
}

/** The facility a label is of, by its address: `/p/f-ID`. Null when it is none. */
export const facilityIn = (text: string): string | null => /\/p\/f-([0-9a-z-]{8,})(?:[?#]|$)/i.exec(text.trim())?.[1]?.toLowerCase() ?? null

/** Why the camera does not look, by what the browser says: refused, missing, in use, or no reader of codes. */
export function cameraTrouble(error: unknown): 'denied' | 'missing' | 'busy' | 'unable' {
  const name = error instanceof Error || error instanceof DOMException ? error.name : ''
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied'
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'missing'
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'unable'
}

/** Places that answer to a code, or to a piece of name, address or person in charge. */
export function matching(places: Place[], text: string): Place[] {
  const said = text.trim()
  if (!said) return places
  const code = codeIn(said)
  const exact = places.filter((p) => p.code.toUpperCase() === code || p.id.toUpperCase() === code)
  if (exact.length) return exact
  return places.filter((p) => `${p.code} ${p.name} ${p.address} ${p.responsible}`.toLowerCase().includes(said.toLowerCase()))
}
