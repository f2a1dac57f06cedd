type Say = (key: string, named: Record<string, unknown>) => string

/** A length in the unit people say it in. */
export function metres(t: Say, m: number): string {
  return m >= 1_000 ? t('map.km', { n: round(m / 1_000) }) : t('map.m', { n: round(m) })
}

/** An area: mu up to a square kilometre, as fields are spoken of. */
export function ground(t: Say, m2: number): string {
  return m2 >= 1e6 ? t('map.km2', { n: round(m2 / 1e6) }) : t('map.m2', { n: round(m2), mu: round((m2 * 3) / 2_000) })
}

function round(n: number): string {
  return n >= 100 ? String(Math.round(n)) : String(Number(n.toFixed(n >= 10 ? 1 : 2)))
}
