import { reactive } from 'vue'

/** Numbers behind words of the menu, by the code of the workbench's counts. Whoever loads them writes them here. */
export const badges = reactive<Record<string, number>>({})
