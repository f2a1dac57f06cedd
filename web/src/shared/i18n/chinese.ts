// What stays Chinese on an English page (names, titles of checklists and posts, what people wrote) is marked as Chinese, so
// that a screen reader speaks it as such. Loaded only by who chose English.

const HAN = /\p{Script=Han}/gu
const LATIN = /[A-Za-z]/g
const SKIPPED = new Set(['SCRIPT', 'STYLE', 'OPTION'])
const ours = new WeakSet<Element>()

/** Whether an element's own text is Chinese rather than English with a Chinese name in it. */
function isChinese(el: Element): boolean {
  let said = ''
  for (const node of el.childNodes) if (node.nodeType === 3) said += (node as Text).data
  const han = said.match(HAN)?.length ?? 0
  // One character says about as much as two letters, at least.
  return han > 0 && han * 2 >= (said.match(LATIN)?.length ?? 0)
}

function mark(el: Element): void {
  if (SKIPPED.has(el.tagName) || (el.hasAttribute('lang') && !ours.has(el))) return
  if (isChinese(el)) {
    el.setAttribute('lang', 'zh')
    ours.add(el)
  } else if (ours.has(el)) {
    el.removeAttribute('lang')
    ours.delete(el)
  }
}

function look(node: Node): void {
  if (node.nodeType === 3) return void (node.parentElement && mark(node.parentElement))
  if (node.nodeType !== 1) return
  mark(node as Element)
  for (const one of (node as Element).querySelectorAll('*')) mark(one)
}

let watching: MutationObserver | null = null
/** Marks what is there and whatever comes, until [`leave`]. */
export function mind(root: Element = document.body): void {
  leave()
  watching = new MutationObserver((changes) => {
    // Chinese is the language of the page again: marks say nothing new.
    if (document.documentElement.lang.startsWith('zh')) return leave()
    for (const change of changes) {
      if (change.type === 'characterData') look(change.target)
      else {
        mark(change.target as Element)
        change.addedNodes.forEach(look)
      }
    }
  })
  watching.observe(root, { childList: true, characterData: true, subtree: true })
  look(root)
}

/** Marks no more. */
export function leave(): void {
  watching?.disconnect()
  watching = null
}
