import type { ChartNode } from '../../shared/api/contract'

/** A node with what stands below it, and sums over all of that. */
export interface Branch extends ChartNode {
  below: Branch[]
  /** Distinct persons on it and below. */
  people: number
  /** Posts on it and below that are short. */
  red: number
}

/** The nodes as a tree: they come from the top down; one whose upper node is missing stands at the top. */
export function branches(nodes: ChartNode[]): Branch[] {
  const known = new Map<string, Branch>()
  const tops: Branch[] = []
  for (const node of nodes) {
    const branch: Branch = { ...node, below: [], people: 0, red: 0 }
    known.set(node.id, branch)
    const above = node.parent === null ? undefined : known.get(node.parent)
    if (above) above.below.push(branch)
    else tops.push(branch)
  }
  const sum = (branch: Branch): Set<string> => {
    const people = new Set(branch.posts.flatMap((one) => one.holders.map((who) => who.id)))
    branch.red = branch.posts.filter((one) => one.light === 'red').length
    for (const one of branch.below) {
      for (const who of sum(one)) people.add(who)
      branch.red += one.red
    }
    branch.people = people.size
    return people
  }
  tops.forEach(sum)
  return tops
}

/** Whether something on it or below is not green. */
export function isShort(branch: Branch): boolean {
  return branch.posts.some((one) => one.light !== 'green') || branch.below.some(isShort)
}

/** The branches to open so that everything above a kind is seen; with no kind, every branch. */
export function toOpen(tree: Branch[], kind: string): string[] {
  return tree.flatMap((one) => (one.kind === kind ? [] : [one.id, ...toOpen(one.below, kind)]))
}
