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
