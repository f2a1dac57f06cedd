// Devices as the stories need them: one that speaks GB/T 26875.3 over TCP, a broker of our own and one that publishes to it.

import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort, program } from './town'

const two = (n: number): string => n.toString(16).padStart(2, '0')
/** The moment on the town's clock. */
function townTime(): Date {
  return new Date(Date.now() + 8 * 3_600_000)
}

/** A frame that holds `data`, encoded by the program itself. */
function frameOf(source: number, sequence: number, data: (time: string) => string): Buffer {
  const at = townTime()
  const time = [at.getUTCSeconds(), at.getUTCMinutes(), at.getUTCHours(), at.getUTCDate(), at.getUTCMonth() + 1, at.getUTCFullYear() - 2000].map(two).join('')
  const frame = { sequence, time: at.toISOString().slice(0, 19), source, destination: 88_888, command: 2, data_hex: data(time) }
  const made = spawnSync(program, ['frame', 'encode'], { input: JSON.stringify(frame), encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`fengsui frame encode: ${made.stderr}`)
  return Buffer.from(made.stdout.trim(), 'hex')
}

/** One part state behind the unit `source`: system 1.2, a smoke detector at 0a000200. */
const partState = (source: number, sequence: number, state: string): Buffer =>
  frameOf(source, sequence, (time) => `0201${'0102'}${'28'}${'0a000200'}${state}${'20'.repeat(31)}${time}`)
/** The detector says that it works. */
export const works = (source: number): Buffer => partState(source, 60_000, '0100')
/** The detector says fire. */
export const smokeAlarm = (source: number, sequence: number): Buffer => partState(source, sequence, '0200')

async function within<T>(what: string, ms: number, work: Promise<T>): Promise<T> {
  const late = new Promise<never>((_done, failed) => setTimeout(() => failed(new Error(`${what}: not within ${ms} ms`)), ms).unref())
  return Promise.race([work, late])
}

/** Sends bytes over TCP and waits for the first frame that confirms; gives the moment it came. */
export async function confirmed(port: number, bytes: Buffer): Promise<number> {
  const socket = await new Promise<Socket>((done, failed) => {
    const one = connect(port, '127.0.0.1', () => done(one))
    one.on('error', failed)
  })
  const answer = new Promise<number>((done) => {
    let got = Buffer.alloc(0)
    socket.on('data', (piece) => {
      got = Buffer.concat([got, piece])
      // A frame begins with @@; its command is the 27th byte: 3 confirms.
      for (let at = got.indexOf('@@'); at >= 0 && got.length > at + 26; at = got.indexOf('@@', at + 2)) if (got[at + 26] === 3) done(Date.now())
    })
  })
  socket.write(bytes)
  const at = await within('a confirmation', 20_000, answer)
  socket.destroy()
  return at
}

export interface Mosquitto { port: number; end: () => void }

/** A broker of our own; none where mosquitto is not installed. */
export async function mosquitto(): Promise<Mosquitto | null> {
  const found = ['/usr/sbin/mosquitto', '/usr/bin/mosquitto', '/usr/local/sbin/mosquitto'].find((one) => existsSync(one))
  if (!found) return null
  const folder = mkdtempSync(join(tmpdir(), 'fengsui-mqtt-'))
  const port = await freePort()
  writeFileSync(join(folder, 'mosquitto.conf'), `listener ${port} 127.0.0.1\nallow_anonymous true\n`)
  const server: ChildProcess = spawn(found, ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
  const end = (): void => {
    server.kill('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  return { port, end }
}

/** Publishes once, acknowledged by the broker (MQTT 3.1.1, QoS 1). */
export async function publish(port: number, topic: string, payload: string): Promise<void> {
  const text = (said: string): Buffer => Buffer.concat([Buffer.from([0, Buffer.byteLength(said)]), Buffer.from(said)])
  const packet = (kind: number, body: Buffer): Buffer => {
    const length: number[] = []
    for (let left = body.length, more = true; more; ) {
      const byte = left % 128
      left = Math.floor(left / 128)
      more = left > 0
      length.push(byte | (more ? 128 : 0))
    }
    return Buffer.concat([Buffer.from([kind, ...length]), body])
  }
  const socket = await new Promise<Socket>((done, failed) => {
    const one = connect(port, '127.0.0.1', () => done(one))
    one.on('error', failed)
  })
  const heard = (kind: number): Promise<void> => new Promise((done) => socket.on('data', (piece) => (piece[0] === kind ? done() : undefined)))
  const here = heard(0x20)
  socket.write(packet(0x10, Buffer.concat([text('MQTT'), Buffer.from([4, 2, 0, 60]), text('e2e-simulator')])))
  await within('the broker', 10_000, here)
  const kept = heard(0x40)
  socket.write(packet(0x32, Buffer.concat([text(topic), Buffer.from([0, 1]), Buffer.from(payload)])))
  await within('the broker', 10_000, kept)
  socket.destroy()
}
