import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { program } from './town'

/** Fills the sample town once for all stories; each begins with a copy of it. Gives what takes it away again. */
export default function setup(): () => void {
  const data = mkdtempSync(join(tmpdir(), 'fengsui-sample-'))
  const made = spawnSync(program, ['demo', '--data', data], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`fengsui demo: ${made.stderr}`)
  process.env['FENGSUI_SAMPLE'] = data
  return () => rmSync(data, { recursive: true, force: true })
}
