import { quoteQualified } from './quote.ts'
import type { LeafFacts } from './read-relations.ts'
import type { Session } from './session.ts'

/** What is known of the partitions of one partitioned table. */
interface Watched {
  /** Partitions by oid, with their file nodes. */
  leaves: ReadonlyMap<number, string>
  /** Grows with every change that the stream does not tell of. */
  unseenChanges: number
}

/**
 * Notices what happens to partitions without an event in the stream: one is attached with rows in it, detached, dropped,
 * truncated on its own or rewritten. A partition that is made as one, or attached empty, is no such change: all its rows
 * come through the stream.
 */
export class PartitionWatch {
  readonly #watched = new Map<number, Watched>()

  /**
   * Takes the partitions of a table as they are now. Returns texts that stay the same as long as the stream told
   * everything, and differ from all earlier ones once it did not.
   */
  async look(session: Session, root: number, leaves: readonly LeafFacts[]): Promise<readonly string[]> {
    const now = new Map(leaves.map((leaf) => [leaf.oid, leaf.filenode]))
    const before = this.#watched.get(root)
    if (before === undefined) {
      this.#watched.set(root, { leaves: now, unseenChanges: 0 })
      return ['0']
    }
    const changed =
      [...before.leaves].some(([oid, filenode]) => now.get(oid) !== filenode) ||
      (await this.#someBroughtRows(
        session,
        leaves.filter((leaf) => !before.leaves.has(leaf.oid)),
      ))
    before.leaves = now
    if (changed) before.unseenChanges++
    return [String(before.unseenChanges)]
  }

  async #someBroughtRows(session: Session, added: readonly LeafFacts[]): Promise<boolean> {
    for (const leaf of added) if (await this.#broughtRows(session, leaf)) return true
    return false
  }

  /** Rows of the very transaction that made the table may be older than its becoming a partition in the same one. */
  async #broughtRows(session: Session, leaf: LeafFacts): Promise<boolean> {
    if (!leaf.has_data) return false
    if (leaf.attached) return true
    try {
      const [row] = await session.query<{ found: boolean }>(
        `looking into the new partition ${leaf.name}`,
        `SELECT EXISTS (SELECT FROM ONLY ${quoteQualified(leaf.schema, leaf.name)} WHERE xmin = $1::xid) AS found`,
        [leaf.made_by],
      )
      return row?.found !== false
    } catch {
      // Not readable on its own, or gone again: to be on the safe side.
      return true
    }
  }
}
