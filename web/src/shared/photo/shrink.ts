// Phone photos are 4–12 MB; 1600 pixels are enough to see a cable and small enough for a village line.
const EDGE = 1600
const QUALITY = 0.72

function decode(file: Blob): Promise<HTMLImageElement> {
  return new Promise((resolve, reject) => {
    const url = URL.createObjectURL(file)
    const image = new Image()
    image.onload = () => {
      URL.revokeObjectURL(url)
      resolve(image)
    }
    image.onerror = () => {
      URL.revokeObjectURL(url)
      reject(new Error('not an image'))
    }
    image.src = url
  })
}

/** How large to draw a picture of this size. */
export function fitted(width: number, height: number): { width: number; height: number } {
  const by = Math.min(1, EDGE / Math.max(width, height, 1))
  return { width: Math.max(1, Math.round(width * by)), height: Math.max(1, Math.round(height * by)) }
}

/** A JPEG of at most 1600 pixels; the browser turns it upright. Throws when the file is no picture. */
export async function shrink(file: Blob): Promise<Blob> {
  const image = await decode(file)
  const size = fitted(image.naturalWidth, image.naturalHeight)
  const canvas = document.createElement('canvas')
  canvas.width = size.width
  canvas.height = size.height
  const paper = canvas.getContext('2d')
  if (!paper) return file
  paper.fillStyle = '#fff'
  paper.fillRect(0, 0, size.width, size.height)
  paper.drawImage(image, 0, 0, size.width, size.height)
  const small = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY))
  canvas.width = 0
  return small ?? file
}
