// When the camera says it took a picture: the file may have been copied or sent on since, and then says another time.

/** DateTimeOriginal of a JPEG, in milliseconds, by the clock and the zone of who reads it. Null where the file does not say. */
export function exifTaken(bytes: Uint8Array): number | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  try {
    if (view.getUint16(0) !== 0xffd8) return null
    for (let at = 2; view.getUint8(at) === 0xff && view.getUint8(at + 1) !== 0xda; at += 2 + view.getUint16(at + 2)) {
      // APP1 that begins with "Exif\0\0".
      if (view.getUint8(at + 1) === 0xe1 && view.getUint32(at + 4) === 0x45786966) return original(view, at + 10)
    }
  } catch (error) {
    // A block that ends early says nothing.
    if (!(error instanceof RangeError)) throw error
  }
  return null
}

/** Reads the time from the TIFF block that begins at `tiff`. */
function original(view: DataView, tiff: number): number | null {
  const little = view.getUint16(tiff) === 0x4949
  const pointed = (ifd: number, tag: number): number | null => {
    for (let n = view.getUint16(ifd, little), at = ifd + 2; n > 0; n -= 1, at += 12) {
      if (view.getUint16(at, little) === tag) return tiff + view.getUint32(at + 8, little)
    }
    return null
  }
  const exif = pointed(tiff + view.getUint32(tiff + 4, little), 0x8769)
  const text = exif === null ? null : pointed(exif, 0x9003)
  if (text === null) return null
  const said = Array.from({ length: 19 }, (_, i) => String.fromCharCode(view.getUint8(text + i))).join('')
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)$/.exec(said)?.slice(1).map(Number)
  if (!parts) return null
  const [year, month, day, hour, minute, second] = parts as [number, number, number, number, number, number]
  const taken = new Date(year, month - 1, day, hour, minute, second).getTime()
  return year > 0 && Number.isFinite(taken) ? taken : null
}
