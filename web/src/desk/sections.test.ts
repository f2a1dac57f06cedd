import { describe, expect, it } from 'vitest'
import type { MenuItem } from './feature'
import { menu } from './router'
import { entries, GROUPS, pageOf } from './sections'
import zh from './locales/zh-CN.json'

const page = (section: MenuItem['section'], to: string): MenuItem => ({ section, order: 1, to, label: `l${to}` })

describe('the menu', () => {
  it('shows a single page as itself and several under their section', () => {
    const [first, second] = entries([page('inspection', '/tasks'), page('place', '/places'), page('place', '/place-lists')])
    expect(first?.map((e) => [e.label, e.pages.length])).toEqual([['l/tasks', 1]])
    expect(second?.map((e) => [e.label, e.pages.length])).toEqual([['shell.section.place', 2]])
  })
  it('knows the page a path belongs to', () => {
    const items = [page('facility', '/facilities'), page('facility', '/facilities/water')]
    expect(pageOf(items, '/facilities/water')?.to).toBe('/facilities/water')
    expect(pageOf(items, '/facilities/7')?.to).toBe('/facilities')
    expect(pageOf(items, '/facility')).toBeUndefined()
  })
  it('has a place for every page of every room, a name for every section, and no more than a dozen sections', () => {
    const known = new Set<string>(GROUPS.flat())
    expect(menu.filter((item) => !known.has(item.section)).map((item) => item.to)).toEqual([])
    expect(GROUPS.flat().filter((section) => !(section in zh.section))).toEqual([])
    expect(GROUPS.flat().length).toBeLessThanOrEqual(12)
    expect(new Set(menu.map((item) => item.to)).size).toBe(menu.length)
  })
})
