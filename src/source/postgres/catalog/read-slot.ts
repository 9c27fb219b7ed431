import { parseLsn, type Lsn } from '../../../core/lsn.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { quoteLiteral } from './quote.ts'
import type { Session } from './session.ts'

/** A replication slot as pg_replication_slots shows it; what a version does not have is null. */
export interface Slot {
  readonly name: string
  readonly plugin: string | null
  readonly type: 'logical' | 'physical'
  readonly database: string | null
  /** The database that we are connected to. */
  readonly ourDatabase: string
  readonly temporary: boolean
  readonly twoPhase: boolean
  /** The walsender that reads from it now. */
  readonly activePid: number | null
  readonly restartLsn: Lsn | null
  readonly confirmedLsn: Lsn | null
  readonly walStatus: 'reserved' | 'extended' | 'unreserved' | 'lost' | null
  /** PostgreSQL 17: why it was invalidated: wal_removed, rows_removed, wal_level_insufficient, idle_timeout (18). */
  readonly invalidationReason: string | null
  /** Bytes of WAL that may still be written before it is in danger of being lost; null when unbounded. */
  readonly safeWalBytes: number | null
  readonly failover: boolean
}

type SlotRow = {
  readonly plugin: string | null
  readonly type: 'logical' | 'physical'
  readonly database: string | null
  readonly our_database: string
  readonly temporary: boolean
  readonly two_phase: boolean
  readonly active_pid: number | null
  readonly restart_lsn: string | null
  readonly confirmed_lsn: string | null
  readonly wal_status: Slot['walStatus']
  readonly invalidation_reason: string | null
  readonly safe_wal_size: string | null
  readonly failover: boolean
}

const SLOT_SQL = `
  SELECT plugin::text, slot_type AS type, database::text, current_database()::text AS our_database, temporary,
         coalesce((to_jsonb(s) ->> 'two_phase')::boolean, false) AS two_phase, active_pid,
         restart_lsn::text, confirmed_flush_lsn::text AS confirmed_lsn, wal_status,
         to_jsonb(s) ->> 'invalidation_reason' AS invalidation_reason, safe_wal_size::text,
         coalesce((to_jsonb(s) ->> 'failover')::boolean, false) AS failover
    FROM pg_replication_slots s WHERE slot_name = $1`

/** Reads a slot; null when there is none of that name. */
export async function readSlot(session: Session, name: string): Promise<Slot | null> {
  const [row] = await session.query<SlotRow>(`reading slot ${name}`, SLOT_SQL, [name])
  if (row === undefined) return null
  return {
    name,
    plugin: row.plugin,
    type: row.type,
    database: row.database,
    ourDatabase: row.our_database,
    temporary: row.temporary,
    twoPhase: row.two_phase,
    activePid: row.active_pid,
    restartLsn: row.restart_lsn === null ? null : parseLsn(row.restart_lsn),
    confirmedLsn: row.confirmed_lsn === null ? null : parseLsn(row.confirmed_lsn),
    walStatus: row.wal_status,
    invalidationReason: row.invalidation_reason,
    safeWalBytes: row.safe_wal_size === null ? null : Number(row.safe_wal_size),
    failover: row.failover,
  }
}

/** Why a slot cannot be read from; null when it can. */
export function judgeSlot(slot: Slot): SyncError | null {
  const lost = lostReason(slot)
  if (lost !== null) {
    return new SyncError('SLOT_LOST', `slot ${slot.name} is lost: ${lost}`, {
      remedy: `SELECT pg_drop_replication_slot(${quoteLiteral(slot.name)}); then run sync-app resync --all.`,
    })
  }
  const fault = slotFault(slot)
  return fault === null ? null : new SyncError('SLOT_UNUSABLE', `slot ${slot.name} ${fault}`)
}

function lostReason(slot: Slot): string | null {
  switch (slot.invalidationReason) {
    case null:
      return slot.walStatus === 'lost' ? 'the server removed WAL that it still needed (max_slot_wal_keep_size)' : null
    case 'wal_removed':
      return 'the server removed WAL that it still needed (max_slot_wal_keep_size)'
    case 'idle_timeout':
      return 'it was idle for longer than idle_replication_slot_timeout'
    case 'wal_level_insufficient':
      return 'wal_level was below logical for a while'
    default:
      return slot.invalidationReason
  }
}

function slotFault(slot: Slot): string | null {
  if (slot.type === 'physical') return 'is a physical one'
  if (slot.plugin !== 'pgoutput') return `uses the plugin ${slot.plugin}, not pgoutput`
  if (slot.database !== slot.ourDatabase) return `belongs to database ${slot.database}, not ${slot.ourDatabase}`
  if (slot.temporary) return 'is temporary: it would vanish with the session that made it'
  if (slot.twoPhase) return 'decodes prepared transactions (two_phase), which this service does not'
  if (slot.confirmedLsn === null) return 'is still being created'
  return null
}
