// After a refusal the focus goes where it is told: to the first field that is wrong, in sight also on a narrow screen, or to the
// sentence of the form. Who does not see the red would otherwise stay on a button that did nothing.

/** A refusal that comes later than this after a button was pressed is not its answer. */
const ANSWERS_MS = 30_000

const TOLD = '.alert[role=alert],.err[role=alert]'
/** A field that is wrong; of several controls together, the group. */
const WRONG = '[aria-invalid=true],.wrong[role=group]'
let pressed: { button: Element; at: number } | null = null

/** The window on top, or the page. */
const room = (): Element => [...document.querySelectorAll('[role=dialog]')].at(-1) ?? document.querySelector('main') ?? document.body

function point(): void {
  const last = pressed
  if (!last || Date.now() - last.at > ANSWERS_MS) return
  // Somebody who went on writing is left in peace.
  const active = document.activeElement
  if (active && active !== document.body && active !== last.button && /^(INPUT|TEXTAREA|SELECT)$/.test(active.tagName)) return
  const found = room().querySelector<HTMLElement>(WRONG) ?? room().querySelector<HTMLElement>(TOLD)
  if (!found) return
  pressed = null
  if (!found.matches('input,select,textarea')) found.tabIndex = -1
  found.focus()
  // What is wrong stands below its field: the field alone at the rim of the screen would hide it.
  found.scrollIntoView({ block: 'center' })
}

/** Minds every refusal of the desk from now on; gives back what ends it. */
export function mindProblems(): () => void {
  const press = (event: Event): void => {
    const button = event.target instanceof Element ? event.target.closest('button') : null
    if (button) pressed = { button, at: Date.now() }
  }
  document.addEventListener('click', press, true)
  const watching = new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes])
    const isTold = (node: Node): boolean => node instanceof Element && (node.matches(`${TOLD},.bad[role=alert]`) || !!node.querySelector(TOLD))
    if (added.some(isTold)) point()
  })
  watching.observe(document.body, { childList: true, subtree: true })
  return () => {
    document.removeEventListener('click', press, true)
    watching.disconnect()
    pressed = null
  }
}
