import type { RouteRecordRaw } from 'vue-router'
import type { Section } from './sections'

/**
 * What a room of the desk brings along. Each `features/<noun>/feature.ts` default-exports one; the router and the menu
 * collect them, so that a new room touches no file of another. Pages are loaded lazily:
 * `component: () => import('./HazardList.vue')`.
 *
 * Words: `features/<noun>/locales/{zh-CN,en}.json`, reached as `t('<noun>.…')`; the menu's word is `<noun>.menu` unless
 * `label` names another key.
 */
export interface Feature {
  routes: RouteRecordRaw[]
  menu?: MenuItem[]
}
export interface MenuItem {
  /** Where in the menu it stands (`sections.ts`): one of its dozen sections. */
  section: Section
  order: number
  to: string
  /** Key of the word. */
  label: string
  /** Shown when the person may do one of these (`me.actions`); always when absent. */
  can?: string[]
  /** Key into the counts of the workbench (`WorkbenchView.counts`), shown behind the word. */
  badge?: string
}

/** Says that a route needs one of these actions: others get the page of what is forbidden. */
declare module 'vue-router' {
  interface RouteMeta {
    can?: string[]
    /** Key of the page's name for the window title. */
    title?: string
    /** No shell around it. */
    bare?: boolean
  }
}
