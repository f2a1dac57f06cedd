import type { ContactInput, PlaceInput, PlaceView } from '../../shared/api/contract'
import { merged } from '../../shared/ui/desk/stale'

/** An empty form. */
export function blank(): PlaceInput {
  return {
    code: '',
    name: '',
    category: '',
    tags: [],
    village: '',
    grid: null,
    sector: null,
    address: '',
    location: null,
    registration: { kind: 'unknown', uscc: null },
    area_m2: null,
    heads: { lodging: null, working: null, training: null, capacity: null, beds: null },
    fire_hazard_class: null,
    gas: null,
    responsible: { name: '', phone: '' },
    manager: null,
    opening: 'open',
    opened_on: null,
    closed_on: null,
    access: null,
    help: null,
    note: '',
  }
}

/** The grid that stays when the village is another: none outside of it. Until the grids of the town have come nobody knows whose it is. */
export const gridIn = (grid: string | null | undefined, grids: { code: string }[], known: boolean): string | null => (grid && (!known || grids.some((one) => one.code === grid)) ? grid : null)

/** A form of what is there. Phones are masked in the view: left as they are they stay as they were. */
export function fromView(view: PlaceView): PlaceInput {
  return {
    code: view.code,
    name: view.name,
    category: view.category,
    tags: view.tags.map((w) => w.code),
    village: view.village.id,
    grid: view.grid?.id ?? null,
    sector: view.sector?.id ?? null,
    address: view.address,
    location: view.location,
    registration: { ...view.registration },
    area_m2: view.area_m2,
    heads: { ...view.heads },
    fire_hazard_class: view.fire_hazard_class,
    gas: view.gas,
    responsible: { name: view.responsible, phone: view.phone_masked },
    manager: view.manager ? { name: view.manager.name, phone: view.manager.phone_masked } : null,
    opening: view.opening,
    opened_on: view.opened_on,
    closed_on: view.closed_on,
    access: view.access,
    help: view.help,
    note: view.note,
    version: view.version,
  }
}

/** Numbers of empty inputs are none, and what is not given is not sent as an empty word. */
export function tidy(input: PlaceInput): PlaceInput {
  const number = (value: unknown): number | null => (value === '' || value === null || value === undefined || Number.isNaN(Number(value)) ? null : Number(value))
  const word = <T>(value: T | null | undefined | ''): T | null => (value === '' || value === undefined ? null : (value as T | null))
  const heads = Object.fromEntries(Object.entries(input.heads).map(([k, v]) => [k, number(v)])) as unknown as PlaceInput['heads']
  const contact = (given: ContactInput): ContactInput => ({ name: given.name.trim(), phone: given.phone?.includes('*') ? null : (given.phone?.trim() ?? null) })
  const manager = input.manager && (input.manager.name.trim() || input.manager.phone?.trim()) ? contact(input.manager) : null
  return {
    ...input,
    code: word(input.code?.trim()),
    name: input.name.trim(),
    address: input.address.trim(),
    grid: word(input.grid),
    sector: word(input.sector),
    fire_hazard_class: word(input.fire_hazard_class),
    gas: word(input.gas),
    opened_on: word(input.opened_on),
    closed_on: word(input.closed_on),
    area_m2: number(input.area_m2),
    registration: { kind: input.registration.kind, uscc: input.registration.kind === 'uscc' ? (input.registration.uscc ?? '').trim().toUpperCase() : null },
    heads,
    responsible: contact(input.responsible),
    manager,
  }
}

/** The form after somebody else changed the place: what was typed since it was `opened`, upon the place as it now stands. */
export function upon(now: PlaceView, opened: PlaceInput, mine: PlaceInput): PlaceInput {
  const stands = fromView(now)
  const kept = { ...merged(opened, mine, stands), heads: merged(opened.heads, mine.heads, stands.heads), version: now.version }
  // A number nobody typed over stays the one that is there.
  const whole = (who: ContactInput, there: ContactInput | null | undefined): ContactInput => ({ ...who, phone: who.phone ?? there?.phone ?? '' })
  return { ...kept, responsible: whole(kept.responsible, stands.responsible), manager: kept.manager ? whole(kept.manager, stands.manager) : null }
}

/** The counts that are not whole numbers, by the name the server gives the field. */
export function notWhole(input: PlaceInput): string[] {
  const whole = (value: unknown): boolean => value === '' || value === null || value === undefined || /^\d+$/.test(String(value).trim())
  const heads = Object.entries(input.heads).map(([name, value]) => [`heads.${name}`, value] as const)
  return [['area_m2', input.area_m2] as const, ...heads].filter(([, value]) => !whole(value)).map(([field]) => field)
}
