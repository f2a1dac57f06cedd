// Everything outstanding as one file, for when nothing else helps: records and drafts as JSON, pictures beside them. A
// plain ZIP without compression, which every computer opens.

import type { PhoneDb } from './db'

/** The file. */
export async function rescue(db: PhoneDb, at: string): Promise<Blob> {
  const entries = await db.outbox.where('state').notEqual('delivered').toArray()
  const drafts = await db.drafts.toArray()
  const owners = new Set([...entries, ...drafts].map((one) => one.id))
  const photos = await db.photos.filter((p) => owners.has(p.owner) && p.blob !== null).toArray()
  const files: ZipFile[] = [
    {
      name: 'records.json',
      bytes: new TextEncoder().encode(JSON.stringify({
        made_at: at, me: await db.recall('me'), entries, drafts,
        photos: photos.map((photo) => ({ ...photo, blob: null, file: fileName(photo.id, photo.type) })),
      }, null, 1)),
    },
  ]
  for (const photo of photos) {
    files.push({ name: `photos/${fileName(photo.id, photo.type)}`, bytes: new Uint8Array(await photo.blob!.arrayBuffer()) })
  }
  return zip(files)
}

function fileName(id: string, type: string): string {
  return `${id}.${type === 'image/png' ? 'png' : 'jpg'}`
}

export interface ZipFile { name: string; bytes: Uint8Array }

/** A ZIP whose files are stored as they are. */
export function zip(files: ZipFile[]): Blob {
  const parts: Uint8Array[] = []
  const directory: Uint8Array[] = []
  let at = 0
  for (const file of files) {
    const name = new TextEncoder().encode(file.name)
    const crc = crc32(file.bytes)
    // Version 2.0, UTF-8 names, stored, 1980-01-01.
    const common = [u16(20), u16(0x0800), u16(0), u16(0), u16(0x21), u32(crc), u32(file.bytes.length), u32(file.bytes.length), u16(name.length), u16(0)]
    const local = joined([u32(0x04034b50), ...common, name])
    directory.push(joined([u32(0x02014b50), u16(20), ...common, u16(0), u16(0), u16(0), u32(0), u32(at), name]))
    parts.push(local, file.bytes)
    at += local.length + file.bytes.length
  }
  const size = directory.reduce((sum, one) => sum + one.length, 0)
  const end = joined([u32(0x06054b50), u16(0), u16(0), u16(files.length), u16(files.length), u32(size), u32(at), u16(0)])
  return new Blob([...parts, ...directory, end] as Uint8Array<ArrayBuffer>[], { type: 'application/zip' })
}

const u16 = (n: number) => Uint8Array.of(n & 255, (n >>> 8) & 255)
const u32 = (n: number) => Uint8Array.of(n & 255, (n >>> 8) & 255, (n >>> 16) & 255, (n >>> 24) & 255)

function joined(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

let table: Uint32Array | null = null

export function crc32(bytes: Uint8Array): number {
  if (!table) {
    table = new Uint32Array(256)
    for (let n = 0; n < 256; n++) {
      let c = n
      for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1
      table[n] = c
    }
  }
  let crc = 0xffffffff
  for (const byte of bytes) crc = table[(crc ^ byte) & 255]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
