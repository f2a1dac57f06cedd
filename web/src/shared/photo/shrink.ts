// Phone photos are 4–12 MB; 1600 pixels are enough to see a cable and small enough for a village line.
const EDGE = 1600
const QUALITY = 0.72

/** How large to draw a picture of this size: never larger than it is. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const by = Math.min(1, EDGE / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) }
}

/** The canvas as a file. Throws when the browser gives none. */
export function encoded(canvas: HTMLCanvasElement, type: 'image/jpeg' | 'image/png'): Promise<Blob> {
  return new Promise((done, failed) => {
    canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('no picture'))), type, QUALITY)
  })
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

export interface Drawn { blob: Blob; width: number; height: number }

/**
 * A JPEG of at most 1600 pixels, turned upright, with `mark` drawn over it. Throws when the file is no picture the
 * browser can read.
 */
export async function drawn(file: Blob, mark?: (pen: CanvasRenderingContext2D, size: { width: number; height: number }) => void): Promise<Drawn> {
  const source = await decoded(file)
  const size = fitted(source.width, source.height)
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const pen = canvas.getContext('2d')
  if (!pen) throw new Error('no canvas')
  // What is clear in a PNG would come out black.
  pen.fillStyle = '#fff'
  pen.fillRect(0, 0, size.width, size.height)
  pen.drawImage(source.image, 0, 0, size.width, size.height)
  source.close()
  mark?.(pen, size)
  const blob = await encoded(canvas, 'image/jpeg')
  // Frees the memory at once: cheap phones have little.
  canvas.width = canvas.height = 0
  return { blob, ...size }
}
