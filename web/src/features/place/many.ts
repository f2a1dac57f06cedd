import type { Me, PlaceListsView, PlaceRow } from '../../shared/api/contract'

type List = PlaceListsView['items'][number]

/** So many places go to the server at once. */
export const MOST = 2_000

/**
 * The list that is most likely meant: the only one, the one the own organisation keeps, or that of the village which was filtered
 * for or in which all of the picked lie; of one kind, where only that is looked at. None when several fit as well.
 */
export function likelyList(all: List[], asked: { kind?: string | undefined; village: string; picked: Pick<PlaceRow, 'village'>[]; hats: Me['hats'] }): string {
  const lists = asked.kind ? all.filter((one) => one.kind === asked.kind) : all
  const villages = new Set(asked.picked.map((row) => row.village.id))
  const village = villages.size === 1 ? [...villages][0] : villages.size ? '' : asked.village
  const fits = (some: List[]): List | undefined => (some.length === 1 ? some[0] : undefined)
  const own = new Set(asked.hats.map((hat) => hat.org.id))
  return (fits(lists) ?? fits(lists.filter((one) => own.has(one.owner.id))) ?? fits(lists.filter((one) => !!village && one.village?.id === village)))?.id ?? ''
}

/** Everything a filter finds, page by page; `cut` when there is more than can go at once. */
export async function everyPlace(page: (after: string | undefined) => Promise<{ items: { id: string }[]; next?: string | null | undefined }>): Promise<{ ids: string[]; cut: boolean }> {
  const ids: string[] = []
  let after: string | undefined
  do {
    const found = await page(after)
    ids.push(...found.items.map((row) => row.id))
    after = found.next ?? undefined
  } while (after && ids.length <= MOST)
  return { ids, cut: ids.length > MOST }
}
