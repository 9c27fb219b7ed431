import type { Lsn } from '../../src/core/lsn.ts'
import type { TableId } from '../../src/core/table-id.ts'

/** A row: key, a value that always travels, a value that an update may leave out. */
export type Row = readonly [id: string, a: string, toast: string]

/** One change of a scripted transaction. `keep` updates without sending the toasted value. */
export type Change =
  | { readonly kind: 'insert'; readonly table: TableId; readonly row: Row }
  | {
      readonly kind: 'update'
      readonly table: TableId
      readonly from: string
      readonly row: Row
      readonly keep: boolean
    }
  | { readonly kind: 'delete'; readonly table: TableId; readonly id: string }
  | { readonly kind: 'truncate'; readonly table: TableId }

/** What the log of a scripted source holds. */
export interface Transaction {
  readonly xid: number
  /** A logical message, instead of changes. */
  readonly message?: { readonly prefix: string; readonly content: string } | undefined
  readonly commitLsn: Lsn
  readonly endLsn: Lsn
  readonly changes: readonly Change[]
  visible: boolean
  /** It changes rows without any event, as detaching a partition does. */
  readonly unseen?: boolean | undefined
  /** It is sent while it is in progress, in between the transactions before it. */
  readonly streamed?: boolean | undefined
}

/** The rows of each table by key. */
export type State = Map<TableId, Map<string, Row>>

/** Whether two changes touch the same row; an emptied table is touched everywhere. */
export function meet(a: Change, b: Change): boolean {
  if (a.table !== b.table) return false
  if (a.kind === 'truncate' || b.kind === 'truncate') return true
  const keys = keysOf(a)
  return keysOf(b).some((key) => keys.includes(key))
}

function keysOf(change: Exclude<Change, { kind: 'truncate' }>): readonly string[] {
  if (change.kind === 'delete') return [change.id]
  return change.kind === 'insert' ? [change.row[0]] : [change.from, change.row[0]]
}

/** Does a change to the rows. */
export function applyChange(state: State, change: Change): void {
  const rows = state.get(change.table)
  if (!rows) return
  if (change.kind === 'truncate') rows.clear()
  else if (change.kind === 'delete') rows.delete(change.id)
  else if (change.kind === 'insert') rows.set(change.row[0], change.row)
  else {
    const before = rows.get(change.from)
    rows.delete(change.from)
    rows.set(change.row[0], change.keep && before ? [change.row[0], change.row[1], before[2]] : change.row)
  }
}
