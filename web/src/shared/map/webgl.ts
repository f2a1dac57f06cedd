let known: boolean | undefined

/** Whether this browser draws with WebGL 2, asked before the library is fetched: many an office computer does not. */
export function hasWebgl(): boolean {
  if (known === undefined) {
    try {
      const pen = document.createElement('canvas').getContext('webgl2')
      known = !!pen
      pen?.getExtension('WEBGL_lose_context')?.loseContext()
    } catch {
      known = false
    }
  }
  return known
}
