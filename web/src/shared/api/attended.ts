// Whether somebody is there. A page left open asks again and again by itself; that must not keep its session alive.

/** After this long without a touch a page is unattended; the server notes the use of a session no more often. */
const STILL_MS = 60_000
let touched = Date.now()
let screens = 0

function touch(): void {
  touched = Date.now()
}
if (typeof window !== 'undefined') {
  for (const one of ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart']) window.addEventListener(one, touch, { capture: true, passive: true })
}

/** What is asked so soon after a click is asked by whoever clicked, and not by the page itself. */
const CLICK_MS = 1_000
let clicked = -CLICK_MS
if (typeof window !== 'undefined') {
  for (const one of ['click', 'change', 'submit']) window.addEventListener(one, () => void (clicked = Date.now()), { capture: true, passive: true })
}
/** Whether somebody has just chosen or pressed something. */
export const pressed = (): boolean => Date.now() - clicked < CLICK_MS
/** The last click is answered: what comes now, the page asks by itself. */
export const released = (): void => void (clicked = -CLICK_MS)

/** Nobody touched the page for a while, and it is no screen that is only looked at. */
export const unattended = (): boolean => screens === 0 && Date.now() - touched > STILL_MS

/** A screen that is looked at for a whole watch, and whose session lasts as long; returns how it ends. */
export function lookedAt(): () => void {
  screens += 1
  let open = true
  return () => {
    if (open) screens -= 1
    open = false
  }
}
