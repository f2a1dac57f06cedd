// From the camera to something worth keeping: 1600 px, JPEG at 0.72, about 300 KB, with time and place written into the
// picture. Kept as a Blob; the original stays with the camera.

import { sha256 } from '@/shared/photo/hash'
import { exifTaken } from '@/shared/photo/exif'
import { drawn, encoded, type Drawn } from '@/shared/photo/shrink'
import type { Photo, Position } from './types'

/**
 * When the picture was taken: a file from the gallery is as old as it says, one from the camera is new. A file that
 * claims to come from the future is as old as now.
 */
export function takenAt(file: { lastModified: number }, phoneNow: number, skewMs: number): number {
  const said = file.lastModified
  return (said > 0 && said <= phoneNow ? said : phoneNow) + skewMs
}

/** The same of a file whose camera may have written into it when that was. */
export async function takenBy(file: File, phoneNow: number, skewMs: number): Promise<number> {
  const said = exifTaken(new Uint8Array(await file.arrayBuffer()))
  return takenAt({ lastModified: said ?? file.lastModified }, phoneNow, skewMs)
}

export interface Origin { id: string; owner: string; item: string | null; role: Photo['role']; taken_at: string; stamp: string; position: Position | null }

/** Makes the picture. Throws when the file is no picture the browser can read. */
export async function photograph(file: Blob, origin: Origin): Promise<Photo> {
  const original = await sha256(new Uint8Array(await file.arrayBuffer()))
  const photo = await keepable(await drawn(file, (pen, size) => origin.stamp && stamp(pen, size, origin.stamp)), origin)
  // With time and place written into it it is another file: by this one it is known again.
  return { ...photo, original }
}

/** A signature as it was drawn. */
export async function signature(canvas: HTMLCanvasElement, origin: Origin): Promise<Photo> {
  return keepable({ blob: await encoded(canvas, 'image/png'), width: canvas.width, height: canvas.height }, origin)
}

async function keepable({ blob, ...size }: Drawn, origin: Origin): Promise<Photo> {
  const { stamp: _, ...kept } = origin
  return {
    ...kept, blob, type: blob.type, bytes: blob.size, ...size,
    sha256: await sha256(new Uint8Array(await blob.arrayBuffer())), state: 'held', received: 0, trouble: null,
  }
}

function stamp(pen: CanvasRenderingContext2D, size: { width: number; height: number }, text: string): void {
  const px = Math.max(14, Math.round(Math.min(size.width, size.height) / 36))
  pen.font = `${px}px sans-serif`
  const pad = Math.round(px * 0.5)
  pen.fillStyle = 'rgba(0,0,0,.5)'
  pen.fillRect(0, size.height - px - pad * 2, size.width, px + pad * 2)
  pen.fillStyle = '#fff'
  pen.textBaseline = 'middle'
  pen.fillText(text, pad, size.height - pad - px / 2, size.width - pad * 2)
}
