// The phone's built entry and the small server behind one address, for a browser.

import { existsSync, readFileSync, statSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import { PhoneServer } from './phone-server'

const DIST = join(__dirname, '../dist')
const TYPES: Record<string, string> = { html: 'text/html; charset=utf-8', js: 'text/javascript', css: 'text/css', svg: 'image/svg+xml', webmanifest: 'application/manifest+json' }
/** As the program sends it. */
const CSP = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"

export class PhoneHttp {
  readonly api = new PhoneServer()
  port = 0
  /** Added to the service worker, as a newer build would. */
  edition = ''
  private server: Server | null = null

  get url(): string { return `http://127.0.0.1:${this.port}` }

  async start(): Promise<void> {
    const server = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const path = request.url ?? '/'
        if (!path.startsWith('/api/')) return this.file(path.split('?')[0]!, response)
        const asked = { method: request.method ?? 'GET', path, headers: request.headers as Record<string, string>, body: new Uint8Array(Buffer.concat(parts)) }
        const way = this.api.road(asked)
        if (way === 'drop') return void request.socket.destroy()
        const said = way && way !== 'drop after' ? way : this.api.answer(asked)
        if (way === 'drop after') return void request.socket.destroy()
        response.writeHead(said.status, { 'content-type': said.status >= 400 ? 'application/problem+json' : 'application/json', ...said.headers })
        response.end(said.status === 204 ? undefined : JSON.stringify(said.body))
      })
    })
    await new Promise<void>((done) => server.listen(this.port, '127.0.0.1', done))
    const at = server.address()
    this.port = typeof at === 'object' && at ? at.port : 0
    this.server = server
  }

  async stop(): Promise<void> {
    const server = this.server
    this.server = null
    if (!server) return
    server.closeAllConnections()
    await new Promise((done) => server.close(done))
  }

  private file(path: string, response: import('node:http').ServerResponse): void {
    const wanted = join(DIST, path)
    const found = existsSync(wanted) && statSync(wanted).isFile() ? wanted : path.includes('.') ? null : join(DIST, path.startsWith('/m') ? 'm/index.html' : 'index.html')
    if (!found) return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': TYPES[found.split('.').pop()!] ?? 'application/octet-stream', 'content-security-policy': CSP, 'cache-control': 'no-cache' })
    response.end(found.endsWith('/m/sw.js') ? `${readFileSync(found, 'utf8')}\n${this.edition}` : readFileSync(found))
  }
}
