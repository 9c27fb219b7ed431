import type { UnseenChange } from '../../../core/source.ts'
import type { TableSchema } from '../../../core/table-schema.ts'
import { quoteQualified } from './quote.ts'
import { type LeafFacts, readRelations } from './read-relations.ts'
import type { Session } from './session.ts'
import { compareOrigins, isFirstFile } from './table-origin.ts'

/**
 * What happened to a table between two looks that the stream does not tell, or null. With `publish_via_partition_root` nothing is told
 * of partitions that are attached with rows in them, detached, dropped or truncated on their own. A partition that is made as one, or
 * attached empty, is no such change: all its rows come through the stream.
 */
export async function unseenChange(
  session: Session,
  table: TableSchema,
  origins: { readonly before: string; readonly now: string },
): Promise<UnseenChange | null> {
  const difference = compareOrigins(origins.before, origins.now)
  if (difference.tag === 'replaced')
    return { replaced: true, reason: 'another table has its name: it was dropped and made again, or renamed' }
  if (difference.tag === 'lost')
    return partitions(`${difference.leaves.length} of its partitions were detached, dropped, emptied or rewritten`)
  const { leaves } = await readRelations(session, [table.oid])
  const added = (leaves.get(table.oid) ?? []).filter((leaf) => difference.leaves.includes(leaf.oid))
  for (const leaf of added) {
    const what = await whatItBrought(session, leaf)
    if (what !== null) return partitions(`partition ${leaf.schema}.${leaf.name} ${what}`)
  }
  return added.length === difference.leaves.length ? null : partitions('a new partition is gone again')
}

function partitions(reason: string): UnseenChange {
  return { replaced: false, reason }
}

/** What the stream does not tell of a new partition; null when it tells everything. */
async function whatItBrought(session: Session, leaf: LeafFacts): Promise<string | null> {
  // Whatever was in it came through the stream, and went without an event.
  if (!isFirstFile(leaf)) return 'was emptied or rewritten'
  if (!leaf.has_data) return null
  try {
    const [row] = await session.query<{ found: boolean }>(
      `looking into the new partition ${leaf.name}`,
      `SELECT EXISTS (SELECT FROM ONLY ${quoteQualified(leaf.schema, leaf.name)} WHERE ${OLDER[leaf.attached ? 'attached' : 'made']}) AS found`,
      [leaf.linked_by],
    )
    return row?.found === false ? null : 'was attached with rows in it'
  } catch {
    // To be on the safe side.
    return 'cannot be read on its own'
  }
}

/**
 * Conditions for a row that may be older than its table's becoming a partition, which $1 did.
 *
 * Who attaches a table has waited for everybody who wrote it: rows of before have an older xmin. The age of rows that were frozen long
 * ago has gone round and is negative. One that was made as a partition can only have been filled before by the transaction that made it.
 */
const OLDER = { attached: 'age(xmin) NOT BETWEEN 0 AND age($1::xid) - 1', made: 'xmin = $1::xid' }
