/** Whether an address is this machine's own: on another phone a code with it leads nowhere. */
export function leadsNowhere(base: string | undefined): boolean {
  return !!base && /^https?:\/\/(localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1\])(:\d+)?(\/|$)/i.test(base)
}
