import type { LeafFacts } from './read-relations.ts'

/** What a table was made of when it was looked at. */
interface TableOrigin {
  readonly oid: number
  /** Leaf partitions by oid, with their file nodes; empty for a table without partitions. */
  readonly leaves: ReadonlyMap<number, string>
}

/** How two looks at one table differ. */
export type OriginDifference =
  /** Another table has the name now. */
  | { readonly tag: 'replaced' }
  /** A partition is gone, or has other files. */
  | { readonly tag: 'lost'; readonly leaves: readonly number[] }
  /** All that was there is there; these partitions are new. */
  | { readonly tag: 'grown'; readonly leaves: readonly number[] }

/**
 * What a table is made of, as a short text: its oid, and those of its leaf partitions, each with its file node where that is not the
 * oid. A file node is the oid at first; TRUNCATE, VACUUM FULL, CLUSTER and rewrites change it.
 * @see PostgreSQL manual, pg_class.relfilenode
 */
export function formatOrigin(oid: number, leaves: readonly Pick<LeafFacts, 'oid' | 'filenode'>[]): string {
  if (leaves.length === 0) return String(oid)
  const texts = leaves
    .toSorted((a, b) => a.oid - b.oid)
    .map((leaf) => (isFirstFile(leaf) ? String(leaf.oid) : `${leaf.oid}/${leaf.filenode}`))
  return `${oid}:${texts.join(',')}`
}

/** Whether a table still has the files that it was made with. */
export function isFirstFile(table: Pick<LeafFacts, 'oid' | 'filenode'>): boolean {
  return table.filenode === String(table.oid)
}

/** Compares what a table was made of with what it is made of now. Pure. */
export function compareOrigins(before: string, now: string): OriginDifference {
  const then = parseOrigin(before)
  const present = parseOrigin(now)
  if (then.oid !== present.oid) return { tag: 'replaced' }
  const lost = [...then.leaves].filter(([oid, filenode]) => present.leaves.get(oid) !== filenode)
  if (lost.length > 0) return { tag: 'lost', leaves: lost.map(([oid]) => oid) }
  return { tag: 'grown', leaves: [...present.leaves.keys()].filter((oid) => !then.leaves.has(oid)) }
}

function parseOrigin(text: string): TableOrigin {
  const [oid = '', leaves = ''] = text.split(':')
  const pairs = leaves === '' ? [] : leaves.split(',').map((leaf) => leaf.split('/'))
  return { oid: Number(oid), leaves: new Map(pairs.map(([leaf = '', filenode = leaf]) => [Number(leaf), filenode])) }
}
