// From the camera to something worth keeping: 1600 px, JPEG at 0.72, about 300 KB, with time and place written into the
// picture. Kept as a Blob; the original stays with the camera.

import { sha256 } from './sha256'
import type { Photo, Position } from './types'

export const LONGEST_PX = 1600
export const QUALITY = 0.72

/** What fits into a square of the longest side, never larger than it is. */
export function fitted(width: number, height: number, longest = LONGEST_PX): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/**
 * When the picture was taken: a file from the gallery is as old as it says, one from the camera is new. A file that
 * claims to come from the future is as old as now.
 */
export function takenAt(file: { lastModified: number }, phoneNow: number, skewMs: number): number {
  const said = file.lastModified
  return (said > 0 && said <= phoneNow ? said : phoneNow) + skewMs
}

export interface Origin { id: string; owner: string; item: string | null; role: Photo['role']; taken_at: string; stamp: string; position: Position | null }

/** Makes the picture. Throws when the file is no picture the browser can read. */
export async function photograph(file: Blob, origin: Origin): Promise<Photo> {
  const source = await decoded(file)
  const size = fitted(source.width, source.height)
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  pen.drawImage(source.image, 0, 0, size.width, size.height)
  source.close()
  if (origin.stamp) stamp(pen, size, origin.stamp)
  const blob = await encoded(canvas, 'image/jpeg')
  // Frees the memory of the bitmap at once: cheap phones have little.
  canvas.width = canvas.height = 0
  return keepable(blob, size, origin)
}

/** A signature as it was drawn. */
export async function signature(canvas: HTMLCanvasElement, origin: Origin): Promise<Photo> {
  const blob = await encoded(canvas, 'image/png')
  return keepable(blob, { width: canvas.width, height: canvas.height }, origin)
}

async function keepable(blob: Blob, size: { width: number; height: number }, origin: Origin): Promise<Photo> {
  const { stamp: _, ...kept } = origin
  return {
    ...kept, blob, type: blob.type, bytes: blob.size, ...size,
    sha256: await sha256(new Uint8Array(await blob.arrayBuffer())), state: 'held', received: 0, trouble: null,
  }
}

interface Decoded { image: CanvasImageSource; width: number; height: number; close: () => void }

async function decoded(file: Blob): Promise<Decoded> {
  try {
    const map = await createImageBitmap(file, { imageOrientation: 'from-image' })
    return { image: map, width: map.width, height: map.height, close: () => map.close() }
  } catch {
    // Some old kernels know no option, or not this format this way.
    const url = URL.createObjectURL(file)
    const image = new Image()
    image.src = url
    try {
      await image.decode()
    } catch (error) {
      URL.revokeObjectURL(url)
      throw error
    }
    return { image, width: image.naturalWidth, height: image.naturalHeight, close: () => URL.revokeObjectURL(url) }
  }
}

function encoded(canvas: HTMLCanvasElement, type: string): Promise<Blob> {
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('no picture'))), type, QUALITY)
  })
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
