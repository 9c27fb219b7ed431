import type { ColumnFacts, IndexFacts, RelationFacts } from './read-relations.ts'

/** The key of a table, or why it has none. */
export type KeyChoice =
  | {
      readonly tag: 'key'
      readonly attnums: readonly number[]
      readonly source: 'primary-key' | 'replica-identity-index'
    }
  | {
      readonly tag: 'none'
      readonly reason: string
      /** An index that could serve as the replica identity. */
      readonly candidate: string | null
    }

/**
 * Chooses the columns by which rows are told apart: what the old row of an update or delete carries in the WAL must hold
 * them. So the primary key; else the replica identity index, also when that index leaves out a column of the primary key.
 *
 * PostgreSQL accepts as a replica identity only unique, immediate, whole-table indexes of not-null columns.
 * @see PostgreSQL manual, ALTER TABLE, "REPLICA IDENTITY"
 */
export function chooseKey(
  identity: RelationFacts['replica_identity'],
  indexes: readonly IndexFacts[],
  columns: readonly ColumnFacts[],
): KeyChoice {
  const usable = indexes.filter((index) => index.usable && hasOnlyNotNullColumns(index, columns))
  const primary = usable.find((index) => index.primary)
  const replica = usable.find((index) => index.replica_identity)
  const none = (reason: string): KeyChoice => ({
    tag: 'none',
    reason,
    candidate: usable.find((index) => !index.primary)?.name ?? null,
  })
  if (identity === 'n') return none('its replica identity is NOTHING, so updates and deletes name no row')
  if (identity === 'i') {
    if (replica === undefined) return none('its replica identity index is gone')
    if (primary?.attnums.every((attnum) => replica.attnums.includes(attnum))) return keyOf(primary)
    return keyOf(replica)
  }
  if (primary !== undefined) return keyOf(primary)
  if (indexes.some((index) => index.primary)) {
    return none('its primary key is deferrable, which cannot tell rows apart while a transaction runs')
  }
  return none('it has neither a primary key nor a replica identity index')
}

function keyOf(index: IndexFacts): KeyChoice {
  const source = index.primary ? 'primary-key' : 'replica-identity-index'
  return { tag: 'key', attnums: index.attnums, source }
}

function hasOnlyNotNullColumns(index: IndexFacts, columns: readonly ColumnFacts[]): boolean {
  return index.attnums.every((attnum) => columns.some((column) => column.attnum === attnum && column.not_null))
}
