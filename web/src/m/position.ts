// Where the phone is: evidence when it knows, never a condition, never followed. One reading when a visit begins.

import { shallowRef } from 'vue'
import type { Position } from './store/types'

/** The last reading of this session; not kept. */
export const here = shallowRef<Position | null>(null)

/** One reading, or none. */
export function locate(timeoutMs = 20_000): Promise<Position | null> {
  return new Promise((done) => {
    const geo = globalThis.navigator?.geolocation
    if (!geo) return done(null)
    geo.getCurrentPosition(
      ({ coords }) => {
        here.value = { lon: round(coords.longitude), lat: round(coords.latitude), accuracy_m: Math.round(coords.accuracy) }
        done(here.value)
      },
      () => done(null),
      { enableHighAccuracy: true, timeout: timeoutMs, maximumAge: 60_000 },
    )
  })
}

const round = (degrees: number): number => Math.round(degrees * 1e6) / 1e6

/** Metres along the ground, near enough for a list. */
export function distance(a: { lon: number; lat: number } | null, b: { lon: number; lat: number } | null): number | null {
  if (!a || !b) return null
  const rad = Math.PI / 180
  const x = (b.lon - a.lon) * rad * Math.cos(((a.lat + b.lat) / 2) * rad)
  const y = (b.lat - a.lat) * rad
  return Math.hypot(x, y) * 6_371_000
}
