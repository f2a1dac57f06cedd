// SHA-256. A page over plain HTTP has no `crypto.subtle`, and township networks have such pages.
const K = (() => {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n += 1) if (primes.every((p) => n % p !== 0)) primes.push(n)
  const part = (x: number) => ((x - Math.floor(x)) * 4294967296) >>> 0
  return { round: primes.map((p) => part(Math.cbrt(p))), start: primes.slice(0, 8).map((p) => part(Math.sqrt(p))) }
})()

const turn = (x: number, by: number) => (x >>> by) | (x << (32 - by))
const hex = (bytes: Uint8Array) => Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('')

/** SHA-256 without the browser's help. */
export function sha256Plain(bytes: Uint8Array): string {
  const length = ((bytes.length + 9 + 63) >> 6) << 6
  const padded = new Uint8Array(length)
  padded.set(bytes)
  padded[bytes.length] = 0x80
  const view = new DataView(padded.buffer)
  view.setUint32(length - 8, Math.floor(bytes.length / 0x20000000))
  view.setUint32(length - 4, (bytes.length << 3) >>> 0)
  const state = Uint32Array.from(K.start)
  const w = new Uint32Array(64)
  for (let at = 0; at < length; at += 64) {
    for (let i = 0; i < 16; i += 1) w[i] = view.getUint32(at + i * 4)
    for (let i = 16; i < 64; i += 1) {
      const a = w[i - 15] ?? 0
      const b = w[i - 2] ?? 0
      const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)
      const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10)
      w[i] = ((w[i - 16] ?? 0) + s0 + (w[i - 7] ?? 0) + s1) >>> 0
    }
    let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
    for (let i = 0; i < 64; i += 1) {
      const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
      const one = (h + s1 + ((e & f) ^ (~e & g)) + (K.round[i] ?? 0) + (w[i] ?? 0)) >>> 0
      const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
      const two = (s0 + ((a & b) ^ (a & c) ^ (b & c))) >>> 0
      h = g
      g = f
      f = e
      e = (d + one) >>> 0
      d = c
      c = b
      b = a
      a = (one + two) >>> 0
    }
    ;[a, b, c, d, e, f, g, h].forEach((value, i) => {
      state[i] = ((state[i] ?? 0) + value) >>> 0
    })
  }
  const out = new DataView(new ArrayBuffer(32))
  state.forEach((value, i) => out.setUint32(i * 4, value))
  return hex(new Uint8Array(out.buffer))
}

/** SHA-256 of bytes, as lower-case hex. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const subtle = globalThis.crypto?.subtle as SubtleCrypto | undefined
  return subtle ? hex(new Uint8Array(await subtle.digest('SHA-256', bytes))) : sha256Plain(bytes)
}

/** A UUIDv7: sorts by time, needs no `crypto.randomUUID`, which old browsers lack. */
export function newId(now: number = Date.now()): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  for (let i = 5, left = now; i >= 0; i -= 1, left = Math.floor(left / 256)) bytes[i] = left % 256
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const text = hex(bytes)
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-')
}
