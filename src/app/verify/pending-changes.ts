import { formatLsn, type Lsn } from '../../core/lsn.ts'
import type { TableSchema } from '../../core/table-schema.ts'
import type { EncoderPlan } from '../../sink/starrocks/encode/encoder-plan.ts'
import { quoteIdentifier, quoteLiteral } from '../../source/postgres/catalog/quote.ts'
import type { Session } from '../../source/postgres/catalog/session.ts'
import { tableReference } from '../../source/postgres/snapshot/chunk-sql.ts'
import { keyColumns, keyLiterals, operatorFor } from '../../source/postgres/snapshot/key-sql.ts'
import { canAskSourceByKey, sourceKeyTexts } from './key-texts.ts'

/** Changes that are looked at; with more of them nothing is said of any row. */
const MOST_CHANGES = 100_000

/** What waits in the slot while no service applies it. */
export type PendingChanges =
  | { readonly tag: 'none' }
  /** Transactions from `oldestXid` on wait; `removes` says whether one of them takes rows away or moves their keys. */
  | { readonly tag: 'some'; readonly oldestXid: string; readonly removes: boolean }
  /** It cannot be found out, as when a service takes the slot meanwhile. */
  | { readonly tag: 'unknown' }

/** D: delete; T: truncate; U with an old key (K) or an old row (O) may move a key. @see PostgreSQL manual, "Logical Replication Message Formats" */
const REMOVES = `get_byte(data, 0) IN (ascii('D'), ascii('T')) OR
  (get_byte(data, 0) = ascii('U') AND get_byte(data, 5) IN (ascii('K'), ascii('O')))`

type PendingRow = { readonly changes: string; readonly oldest_xid: string | null; readonly removes: boolean | null }

/** Reads which changes of published tables after `position` wait in the slot, without moving it. */
export async function readPendingChanges(
  session: Session,
  stream: { readonly slot: string; readonly publication: string },
  position: Lsn,
): Promise<PendingChanges> {
  const sql = `
    SELECT count(*)::text AS changes, (array_agg(xid ORDER BY age(xid) DESC))[1]::text AS oldest_xid, bool_or(${REMOVES}) AS removes
      FROM pg_logical_slot_peek_binary_changes($1, NULL, ${MOST_CHANGES}, 'proto_version', '1', 'publication_names', $2)
     WHERE xid IN (
       SELECT xid FROM pg_logical_slot_peek_binary_changes($1, NULL, ${MOST_CHANGES}, 'proto_version', '1', 'publication_names', $2)
        WHERE lsn > $3::pg_lsn)`
  const values = [stream.slot, quoteIdentifier(stream.publication), formatLsn(position)]
  try {
    const [row] = await session.query<PendingRow>('looking for changes that wait', sql, values)
    return judge(row)
  } catch {
    return { tag: 'unknown' }
  }
}

function judge(row: PendingRow | undefined): PendingChanges {
  if (row === undefined || Number(row.changes) >= MOST_CHANGES) return { tag: 'unknown' }
  if (row.oldest_xid === null) return { tag: 'none' }
  return { tag: 'some', oldestXid: row.oldest_xid, removes: row.removes ?? true }
}

/** The table that keys are asked of. */
export interface TableOfKeys {
  readonly schema: TableSchema
  readonly plan: EncoderPlan
}

/**
 * The keys (canonical, of this table) that no waiting change can concern. A row that is there is untouched when its version is
 * older than every waiting transaction: a subtransaction's id is never smaller than that of its transaction.
 *
 * @param present keys that the source has a row of
 */
export async function untouchedKeys(
  session: Session,
  pending: PendingChanges,
  table: TableOfKeys,
  keys: { readonly present: readonly Buffer[]; readonly absent: readonly Buffer[] },
): Promise<ReadonlySet<Buffer>> {
  if (pending.tag === 'none') return new Set([...keys.present, ...keys.absent])
  if (pending.tag === 'unknown') return new Set()
  const absent = pending.removes ? [] : keys.absent
  if (keys.present.length === 0 || !canAskSourceByKey(table.plan)) return new Set(absent)
  const rows = await session.query<{ index: number }>(
    `looking at the age of rows of ${table.schema.id}`,
    olderRowsSql(table, keys.present, pending.oldestXid),
  )
  return new Set([...absent, ...rows.flatMap(({ index }) => keys.present[index] ?? [])])
}

function olderRowsSql({ schema, plan }: TableOfKeys, keys: readonly Buffer[], oldestXid: string): string {
  const columns = keyColumns(schema)
  const values = keys.map((key, index) => `(${[index, ...keyLiterals(columns, sourceKeyTexts(plan, key))].join(', ')})`)
  const names = columns.map((_, index) => `k${index}`)
  const matches = columns.map(({ name, type }, index) => `t.${name} ${operatorFor(type, '=')} k.${names[index]}`)
  return `SELECT k.index FROM (VALUES ${values.join(', ')}) AS k(index, ${names.join(', ')})
    JOIN ${tableReference(schema)} AS t ON ${matches.join(' AND ')}
    WHERE age(t.xmin) > age(${quoteLiteral(oldestXid)}::xid)`
}
