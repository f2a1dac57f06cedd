/** Which of `m.canned.fail` fit a category of the hazard dictionary, by position: nobody writes “expired” about a staircase. */
const FITS: Record<string, number[]> = {
  '01': [0], '02': [0], '03': [0, 1, 2, 3, 4], '04': [1, 5], '05': [1, 3, 5], '08': [0], '10': [5], '11': [0, 1, 4], '12': [1, 4], '13': [4], '16': [0, 1, 2, 4], '17': [0],
}
/** “Stopped on the spot” fits everything. */
const ALWAYS = 6

/** The positions that fit a hazard code (`H03.1`), or only what fits everything. */
export function fitting(code: string | null): number[] {
  const category = /^H?(\d{2})/.exec(code ?? '')?.[1] ?? ''
  return [...(FITS[category] ?? []), ALWAYS]
}
