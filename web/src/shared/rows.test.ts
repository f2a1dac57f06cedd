import { describe, expect, it } from 'vitest'
import { focusRow, moved } from './rows'

describe('rows', () => {
  it('stay inside the list', () => {
    expect([moved(-1, 1, 3), moved(-1, -1, 3), moved(2, 1, 3), moved(0, -1, 3), moved(0, 1, 0)]).toEqual([0, 2, 2, 0, -1])
  })
  it('take the focus one after another', async () => {
    document.body.innerHTML = '<button data-row>a</button><button>x</button><button data-row>b</button>'
    await focusRow(1)
    expect(document.activeElement?.textContent).toBe('a')
    await focusRow(1)
    expect(document.activeElement?.textContent).toBe('b')
    await focusRow(1)
    expect(document.activeElement?.textContent).toBe('b')
  })
})
