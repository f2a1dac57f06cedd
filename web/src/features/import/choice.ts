import type { ImportChoice, ImportReport, ImportView } from '../../shared/api/contract'
import { codeLabel } from '@/shared/i18n/codes'

/** What the reading of the file proposes, before anybody corrects it. */
export function proposed(view: ImportView): ImportChoice {
  const mapping: Record<string, string> = {}
  for (const column of view.columns) if (column.field) mapping[String(column.index)] = column.field
  return { sheet: view.sheet, header_row: view.header_row, mapping, decisions: {} }
}

/** The column of an error file that says what is wrong in each row. */
const TOLD = '问题'

/** Whether a mended file has the columns of the one before; the error file has one more, of what was wrong. */
export function sameColumns(mended: ImportView, before: ImportView): boolean {
  const heads = (view: ImportView, most: number): string => JSON.stringify(view.columns.slice(0, most).map((column) => [column.index, column.header]))
  const known = before.columns.length
  const added = mended.columns.slice(known)
  return heads(mended, known) === heads(before, known) && (added.length === 0 || (added.length === 1 && added[0]?.header === TOLD))
}

/** A mended file understood as the one before was. Its rows may have moved: what was decided of one by its number is asked anew, and nobody has looked at what lies outside the town in this one. */
export function understoodAs(view: ImportView, before: ImportChoice): ImportChoice {
  return { ...before, sheet: view.sheet, header_row: view.header_row, mapping: { ...before.mapping }, decisions: {}, outside_ok: false }
}

/** Fields that must have a column and have none. */
export function missingFields(view: ImportView, choice: ImportChoice): string[] {
  const given = new Set(Object.values(choice.mapping))
  return view.fields.filter((f) => f.required && !given.has(f.code)).map((f) => codeLabel('column', f.code, f.label))
}

/** Fields that two columns claim. */
export function doubledFields(view: ImportView, choice: ImportChoice): string[] {
  const given = Object.values(choice.mapping).filter(Boolean)
  return view.fields.filter((f) => given.filter((g) => g === f.code).length > 1).map((f) => codeLabel('column', f.code, f.label))
}

/** Rows that may be a place already there and of which nobody has said yet what they are. */
export function undecided(report: ImportReport, choice: ImportChoice): number {
  return report.duplicates.filter((d) => !choice.decisions[String(d.row)]).length
}

/** The other row of the ledger that a doubtful row repeats; none where it is like a registered place only. */
export function twinRow(doubtful: ImportReport['duplicates'][number]): number | undefined {
  return doubtful.candidates.find((one) => one.row)?.row
}

/** Undecided rows for which nothing but a name of another village speaks: mostly shops of a common name. One whose credit code, number, telephone or address agrees is decided by itself. */
export function openByName(report: ImportReport, choice: ImportChoice): number[] {
  const byName = report.duplicates.filter((d) => d.candidates.length > 0 && d.candidates.every((one) => one.name_only))
  return byName.map((d) => d.row).filter((row) => !choice.decisions[String(row)])
}
