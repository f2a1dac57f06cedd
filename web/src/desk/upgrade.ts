import { ref } from 'vue'

/** The program was upgraded under an open page. */
export const serverIsNewer = ref(false)
let mine = ''

/** Compares the page's files with those of the program: hashes differ after an upgrade. */
async function look(): Promise<void> {
  try {
    const text = await (await fetch('/', { cache: 'no-store' })).text()
    const now = /assets\/[\w-]+\.js/.exec(text)?.[0] ?? ''
    if (mine && now && now !== mine) serverIsNewer.value = true
    mine ||= now
  } catch {
    // Without a connection there is nothing to compare.
  }
}

export function watchUpgrade(): void {
  mine = /assets\/[\w-]+\.js/.exec(document.documentElement.innerHTML)?.[0] ?? ''
  setInterval(() => void look(), 10 * 60_000)
}
