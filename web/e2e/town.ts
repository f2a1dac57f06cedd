import { spawn, type ChildProcess } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

/** The sample town served by the built program, and a browser. */
export interface Town {
  url: string
  /** The data folder. */
  data: string
  /** Where devices speak GB/T 26875.3. */
  ingest: number
  browser: Browser
  /** Stops the server (a lost network) and starts it again on the same data and port; starting one that runs does nothing. */
  stop: () => Promise<void>
  start: () => Promise<void>
  end: () => Promise<void>
}

export const program = process.env['FENGSUI_BIN'] ?? '../target/debug/fengsui'

export async function freePort(): Promise<number> {
  return new Promise((done) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })
}

/** `mqtt` is the broker devices publish to, when there is one; `gateways` the text of the file that names them. */
export async function openTown(mqtt?: string, gateways?: string): Promise<Town> {
  const data = mkdtempSync(join(tmpdir(), 'fengsui-e2e-'))
  cpSync(process.env['FENGSUI_SAMPLE'] ?? '', data, { recursive: true })
  const [port, ingest] = [await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  let server: ChildProcess | null = null
  const start = async (): Promise<void> => {
    if (server && server.exitCode === null && server.signalCode === null) return
    if (gateways) writeFileSync(join(data, 'gateways.toml'), gateways)
    const doors = ['--ingest', `127.0.0.1:${ingest}`, ...(mqtt ? ['--mqtt', mqtt] : []), ...(gateways ? ['--gateways', join(data, 'gateways.toml')] : [])]
    server = spawn(program, ['serve', '--data', data, '--listen', `127.0.0.1:${port}`, ...doors], { stdio: 'ignore' })
    for (let i = 0; i < 300; i += 1) {
      const up = await fetch(`${url}/healthz`).then((r) => r.ok, () => false)
      if (up) return
      await new Promise((done) => setTimeout(done, 100))
    }
    throw new Error('the server did not come up')
  }
  const stop = async (): Promise<void> => {
    const mine = server
    server = null
    if (!mine || mine.exitCode !== null) return
    await new Promise<void>((done) => {
      mine.once('exit', () => done())
      mine.kill('SIGTERM')
      setTimeout(() => mine.kill('SIGKILL'), 5_000).unref()
    })
  }
  await start()
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--no-first-run', '--disable-component-update', '--disable-sync'],
  })
  const end = async (): Promise<void> => {
    await browser.close()
    await stop()
    rmSync(data, { recursive: true, force: true })
  }
  return { url, data, ingest, browser, stop, start, end }
}
