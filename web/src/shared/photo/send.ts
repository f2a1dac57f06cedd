// A photo from an office computer: made smaller, hashed, sent in parts; a lost answer is asked for again.
import { ApiProblem, send } from '../api/client'
import { uuidv7 } from '../api/id'
import { sha256 } from './hash'
import { shrink } from './shrink'

/** The largest part the server takes. */
const PART = 256 * 1024
const TRIES = 4

export interface PhotoFor { object_kind: 'hazard' | 'inspection'; object_id: string; role: 'overview' | 'item' | 'fix' | 'recheck' | 'signature'; item?: string | null }
interface Received { received: number; complete: boolean }

/** Sends a picture and gives its id; `progress` from 0 to 1. */
export async function sendPhoto(file: File, about: PhotoFor, progress: (share: number) => void = () => undefined): Promise<string> {
  const blob = await shrink(file)
  const hash = await sha256(new Uint8Array(await blob.arrayBuffer()))
  const id = uuidv7()
  const query = { ...about, item: about.item ?? '', taken_at: new Date(file.lastModified || Date.now()).toISOString() }
  let at = 0
  let failures = 0
  for (;;) {
    try {
      const part = blob.slice(at, at + PART)
      const response = await send('PUT', `/photos/${id}`, part, {
        query,
        headers: { 'Content-Type': blob.type || 'image/jpeg', 'Upload-Offset': String(at), 'Upload-Length': String(blob.size), 'Upload-Sha256': hash },
      })
      const now = (await response.json()) as Received
      at = now.received
      progress(at / blob.size)
      if (now.complete) return id
    } catch (error) {
      const problem = ApiProblem.of(error)
      failures += 1
      if (failures >= TRIES) throw problem
      if (problem.received !== undefined) at = problem.received
      else if (problem.offline || problem.status >= 500) await new Promise((resolve) => setTimeout(resolve, 1000 * failures))
      else throw problem
    }
  }
}
