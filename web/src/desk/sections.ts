import { BarChart3, Building2, ClipboardCheck, Droplets, FileText, Gavel, House, LayoutList, Map as MapIcon, Megaphone, TriangleAlert, Users } from '@lucide/vue'
import type { Component } from 'vue'
import type { MenuItem } from './feature'

/** The sections of the menu in their order, group by group. */
export const GROUPS = [
  ['workbench', 'board', 'command'],
  ['inspection', 'hazard', 'enforcement', 'report_case'],
  ['place', 'facility', 'force'],
  ['review', 'paper'],
] as const
export type Section = (typeof GROUPS)[number][number]

const ICONS: Record<Section, Component> = {
  workbench: House,
  board: LayoutList,
  command: MapIcon,
  inspection: ClipboardCheck,
  hazard: TriangleAlert,
  enforcement: Gavel,
  report_case: Megaphone,
  place: Building2,
  facility: Droplets,
  force: Users,
  review: BarChart3,
  paper: FileText,
}

/** A section as one person sees it: a single page goes by its own name, several stand under the section's. */
export interface Entry {
  section: Section
  label: string
  icon: Component
  pages: MenuItem[]
}

/** The menu of whoever may see `items` (sorted by `order`); empty sections and groups are left out. */
export function entries(items: MenuItem[]): Entry[][] {
  return GROUPS.map((group) =>
    group.flatMap((section) => {
      const pages = items.filter((item) => item.section === section)
      const [only] = pages
      if (!only) return []
      return [{ section, pages, label: pages.length === 1 ? only.label : `shell.section.${section}`, icon: ICONS[section] }]
    }),
  ).filter((group) => group.length > 0)
}

/** The page of the menu that `path` belongs to: the longest that leads it (`/plan/changes` is not `/plan`). */
export function pageOf(items: MenuItem[], path: string): MenuItem | undefined {
  return items.filter((item) => path === item.to || path.startsWith(`${item.to}/`)).sort((a, b) => b.to.length - a.to.length)[0]
}
