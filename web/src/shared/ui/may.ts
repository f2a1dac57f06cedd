/** Whether a row allows one of these acts: pages show nothing a person could not do. */
export function may(row: { actions?: string[] | null } | null | undefined, ...acts: string[]): boolean {
  return acts.some((act) => row?.actions?.includes(act))
}
