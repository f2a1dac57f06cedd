import type { Directive } from 'vue'

/**
 * `v-stacked` on a `table.plain.stack`: on a phone its rows become cards, and each cell is named by its column. The first
 * column names the row itself and stays without; a cell that names itself (`data-k`) keeps its own word.
 */
export const vStacked: Directive<HTMLTableElement> = { mounted: name, updated: name }

function name(table: HTMLTableElement): void {
  const words = [...table.querySelectorAll('thead th')].map((cell) => (cell.querySelector('.sr') ? '' : cell.textContent?.trim() ?? ''))
  for (const row of table.querySelectorAll('tbody tr'))
    [...row.children].forEach((cell, at) => {
      const word = at > 0 && !cell.hasAttribute('colspan') ? words[at] : ''
      if (!word || (cell.hasAttribute('data-k') && !cell.hasAttribute('data-named'))) return
      cell.setAttribute('data-k', word)
      cell.setAttribute('data-named', '')
    })
}
