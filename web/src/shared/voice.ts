// A recording between bytes and the text it travels as.

/** Something a browser can play, from base64. */
export function playable(type: string, base64: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))], { type })
}

/** The bytes of a recording as base64. */
export async function folded(sound: Blob): Promise<string> {
  const bytes = new Uint8Array(await sound.arrayBuffer())
  let text = ''
  // Piece by piece: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return btoa(text)
}

/** What a recording is made as: the first kind this browser writes that every other plays. */
export function recordedAs(can: (type: string) => boolean): string {
  return ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'].find(can) ?? ''
}
