// A trouble in words: the server's own sentence where it has one, ours for what happens on the road; always with what to
// do next.

import { said as inWords } from '@/shared/i18n/codes'
import type { Entry, Photo, Trouble } from '../store/types'

type T = (key: string, values?: Record<string, unknown>) => string

const OWN: Record<string, string> = {
  'net.network': 'm.trouble.network', 'net.timeout': 'm.trouble.timeout', 'net.portal': 'm.trouble.portal',
  'photo.differs': 'm.trouble.differs', 'photo.gone': 'm.trouble.gone', 'photo.refused': 'm.trouble.photo',
  'receipt.incomplete': 'm.trouble.incomplete', 'session.expired': 'm.trouble.expired', 'session.missing': 'm.trouble.expired', 'session.other_person': 'm.trouble.expired', 'password.must_change': 'm.trouble.expired', 'totp.must_enrol': 'm.trouble.expired',
  'conflict.version': 'm.trouble.conflict', 'inspection.conflict': 'm.trouble.sameId', 'operation.key_reused': 'm.trouble.sameId', 'photo.hash': 'm.trouble.hash',
}

/** What happened. */
export function said(trouble: Trouble, t: T): string {
  const own = OWN[trouble.code]
  if (own && !(trouble.sentence && trouble.code === 'conflict.version')) return t(own)
  const fields = trouble.fields.map((f) => f.message).filter((m) => m && m !== trouble.sentence)
  return [trouble.sentence, ...fields].filter(Boolean).map((one) => inWords(one)).join('\n') || t('m.trouble.server', { code: trouble.code })
}

/** Of what is not delivered: what goes by itself, and what a person has to see to. `spoilt` are owners of refused photos. */
export function parted(entries: Entry[], spoilt: Set<string>): { going: Entry[]; stuck: Entry[] } {
  const left = entries.filter((one) => one.state !== 'delivered')
  const isStuck = (one: Entry): boolean => one.state === 'refused' || one.state === 'conflict' || spoilt.has(one.id)
  return { going: left.filter((one) => !isStuck(one)), stuck: left.filter(isStuck) }
}

/** The pictures that go with what goes by itself: those of a draft belong to nothing that is sent yet. */
export function goingPhotos(going: Entry[], photos: Photo[]): Photo[] {
  const sent = new Set(going.map((one) => one.id))
  return photos.filter((photo) => sent.has(photo.owner))
}

/** The state of an entry in people's words. */
export function entryState(entry: Entry, photos: Photo[]): 'held' | 'sending' | 'sent' | 'delivered' | 'refused' | 'conflict' {
  if (entry.state === 'waiting') return photos.some((p) => p.state === 'refused') ? 'refused' : 'held'
  if (entry.state === 'recorded') return photos.some((p) => p.state === 'refused') ? 'refused' : 'sent'
  return entry.state
}
