import pg from 'pg'
import { parseLsn, type Lsn } from '../../../core/lsn.ts'
import { SyncError } from '../../../core/sync-error.ts'

/** A row of pg_replication_slots, as far as streaming depends on it. */
export interface SlotRow {
  readonly plugin: string | null
  readonly slot_type: string
  /** Whether it belongs to the database of the session. */
  readonly is_ours: boolean
  /** Whether it decodes prepared transactions, which we do not take. */
  readonly two_phase: boolean
  readonly active_pid: number | null
  readonly wal_status: string | null
  readonly confirmed_flush_lsn: string | null
}

/** Selects a {@link SlotRow}. A walsender takes no parameters. */
export function slotRowQuery(slot: string): string {
  return `select plugin, slot_type, coalesce(database = current_database(), false) as is_ours, two_phase, active_pid, wal_status,
      confirmed_flush_lsn::text as confirmed_flush_lsn
    from pg_catalog.pg_replication_slots where slot_name = ${pg.escapeLiteral(slot)}`
}

/**
 * The position at which a stream of the slot starts.
 * @throws {SyncError} SLOT_MISSING, SLOT_UNUSABLE, SLOT_LOST or SLOT_BUSY when it cannot be streamed from
 */
export function slotStart(slot: string, row: SlotRow | undefined): Lsn {
  if (row === undefined) throw new SyncError('SLOT_MISSING', `Replication slot ${slot} does not exist.`)
  if (row.slot_type !== 'logical' || row.plugin !== 'pgoutput' || !row.is_ours) {
    const what = row.slot_type === 'logical' ? `for plugin ${row.plugin ?? 'unknown'}` : row.slot_type
    const where = row.is_ours ? 'this database' : 'another database'
    throw new SyncError('SLOT_UNUSABLE', `Replication slot ${slot} is ${what}, of ${where}.`)
  }
  if (row.two_phase) {
    throw new SyncError('SLOT_UNUSABLE', `Replication slot ${slot} was made with two_phase.`, {
      remedy: 'Name another slot in source.slot, or drop it and let a new one be made.',
    })
  }
  if (row.wal_status === 'lost') {
    throw new SyncError('SLOT_LOST', `The server has removed WAL that replication slot ${slot} needs.`)
  }
  if (row.active_pid !== null) {
    throw new SyncError('SLOT_BUSY', `Replication slot ${slot} is in use by process ${row.active_pid}.`)
  }
  if (row.confirmed_flush_lsn === null) {
    throw new SyncError('SLOT_UNUSABLE', `Replication slot ${slot} has no confirmed position.`)
  }
  return parseLsn(row.confirmed_flush_lsn)
}
