// A photo from an office computer: made smaller, hashed, sent in parts; a lost answer is asked for again.
import { ApiProblem, send } from '../api/client'
import { uuidv7 } from '../api/id'
import { sha256 } from './hash'
import { sendParts, type Received } from './parts'
import { exifTaken } from './exif'
import { drawn } from './shrink'

const TRIES = 4

export interface PhotoFor { object_kind: 'hazard' | 'inspection' | 'evidence' | 'letter' | 'drill' | 'placard' | 'follow_up' | 'paper' | 'patrol' | 'report_case' | 'facility'; object_id: string; role: 'overview' | 'item' | 'fix' | 'recheck' | 'signature'; item?: string | null }

/** Sends a picture and gives its id; `progress` from 0 to 1. */
export async function sendPhoto(file: File, about: PhotoFor, progress: (share: number) => void = () => undefined): Promise<string> {
  const { blob } = await drawn(file)
  const raw = new Uint8Array(await file.arrayBuffer())
  const hash = await sha256(new Uint8Array(await blob.arrayBuffer()))
  const id = uuidv7()
  const query = { ...about, item: about.item ?? '', taken_at: new Date(exifTaken(raw) ?? (file.lastModified || Date.now())).toISOString(), original_sha256: await sha256(raw) }
  let failures = 0
  async function part(from: number, until: number): Promise<Received> {
    for (;;) {
      try {
        const response = await send('PUT', `/photos/${id}`, blob.slice(from, until), {
          query,
          headers: { 'Content-Type': blob.type || 'image/jpeg', 'Upload-Offset': String(from), 'Upload-Length': String(blob.size), 'Upload-Sha256': hash },
        })
        return (await response.json()) as Received
      } catch (error) {
        const problem = ApiProblem.of(error)
        failures += 1
        if (failures >= TRIES) throw problem
        if (problem.received !== undefined) return { received: problem.received, complete: problem.complete }
        if (!problem.offline && problem.status < 500) throw problem
        await new Promise((resolve) => setTimeout(resolve, 1000 * failures))
      }
    }
  }
  if (!(await sendParts(blob.size, 0, part, (received) => progress(received / blob.size)))) throw new ApiProblem(0, 'photo.endless', 'upload did not end')
  return id
}
