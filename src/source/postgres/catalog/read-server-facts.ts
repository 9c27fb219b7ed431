import { SyncError } from '../../../core/sync-error.ts'
import { readTransactionsWithId, type BlockingTransaction } from './read-blockers.ts'
import { readSlot, type Slot } from './read-slot.ts'
import type { Session } from './session.ts'

/** Settings that decide whether and how well the pipeline can run. */
interface ServerSettings {
  /** Such as 180004. */
  readonly versionNum: number
  readonly walLevel: string
  readonly maxSlots: number
  readonly maxSenders: number
  /** 0 means that dead connections are never noticed. */
  readonly walSenderTimeoutMs: number
  /** -1 means without limit. */
  readonly maxSlotWalBytes: number
  /** 0 means never; PostgreSQL 18. */
  readonly idleSlotTimeoutMs: number
  readonly decodingWorkMemBytes: number
}

/** What the server and our role are like, as far as it decides whether the pipeline can run. */
export interface ServerFacts extends ServerSettings {
  readonly inRecovery: boolean
  readonly encoding: string
  readonly database: string
  readonly usedSlots: number
  readonly usedSenders: number
  readonly role: RoleFacts
  readonly slotName: string
  readonly slot: Slot | null
  /** Transactions that the making of a slot would wait for; empty when the slot exists. */
  readonly runningTransactions: readonly BlockingTransaction[]
}

/** What our role may do. */
interface RoleFacts {
  readonly name: string
  readonly mayReplicate: boolean
  readonly mayCreate: boolean
}

type ServerRow = {
  readonly in_recovery: boolean
  readonly encoding: string
  readonly database: string
  readonly used_slots: number
  readonly used_senders: number
  readonly role: string
  readonly may_replicate: boolean
  readonly may_create: boolean
}

/** Managed services give the right to replicate by membership in a role of their own. */
const SERVER_SQL = `
  SELECT pg_is_in_recovery() AS in_recovery, pg_encoding_to_char(d.encoding)::text AS encoding,
         d.datname::text AS database, (SELECT count(*)::int4 FROM pg_replication_slots) AS used_slots,
         (SELECT count(*)::int4 FROM pg_stat_get_wal_senders()) AS used_senders,
         r.rolname::text AS role,
         r.rolreplication OR r.rolsuper OR EXISTS (
           SELECT FROM pg_roles g WHERE g.rolname = 'rds_replication' AND pg_has_role(g.oid, 'USAGE')) AS may_replicate,
         has_database_privilege(d.oid, 'CREATE') AS may_create
    FROM pg_database d, pg_roles r
   WHERE d.datname = current_database() AND r.rolname = current_user`

type SettingRow = { readonly name: string; readonly setting: string; readonly unit: string | null }

const SETTINGS = [
  'server_version_num',
  'wal_level',
  'max_replication_slots',
  'max_wal_senders',
  'wal_sender_timeout',
  'max_slot_wal_keep_size',
  'idle_replication_slot_timeout',
  'logical_decoding_work_mem',
]

/** Bytes or milliseconds in each unit of pg_settings. */
const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1024,
  MB: 1024 * 1024,
  ms: 1,
  s: 1_000,
  min: 60_000,
}

/** Reads the facts; changes nothing. */
export async function readServerFacts(session: Session, slotName: string): Promise<ServerFacts> {
  const doing = 'reading the server’s settings'
  const [row] = await session.query<ServerRow>(doing, SERVER_SQL)
  if (row === undefined) throw new SyncError('SOURCE_QUERY', `${doing}: no answer`)
  const slot = await readSlot(session, slotName)
  return {
    ...(await readSettings(session)),
    inRecovery: row.in_recovery,
    encoding: row.encoding,
    database: row.database,
    usedSlots: row.used_slots,
    usedSenders: row.used_senders,
    role: { name: row.role, mayReplicate: row.may_replicate, mayCreate: row.may_create },
    slotName,
    slot,
    runningTransactions: slot === null ? await readTransactionsWithId(session) : [],
  }
}

async function readSettings(session: Session): Promise<ServerSettings> {
  const sql = 'SELECT name, setting, unit FROM pg_settings WHERE name = ANY($1)'
  const rows = await session.query<SettingRow>('reading the server’s settings', sql, [SETTINGS])
  const settings = new Map(rows.map((setting) => [setting.name, setting]))
  const number = (name: string): number => valueOf(settings.get(name))
  return {
    versionNum: number('server_version_num'),
    walLevel: settings.get('wal_level')?.setting ?? '',
    maxSlots: number('max_replication_slots'),
    maxSenders: number('max_wal_senders'),
    walSenderTimeoutMs: number('wal_sender_timeout'),
    maxSlotWalBytes: number('max_slot_wal_keep_size'),
    idleSlotTimeoutMs: number('idle_replication_slot_timeout'),
    decodingWorkMemBytes: number('logical_decoding_work_mem'),
  }
}

/** A negative value means "without limit" in any unit. */
function valueOf(setting: SettingRow | undefined): number {
  const value = Number(setting?.setting ?? 0)
  return value < 0 ? value : value * (UNITS[setting?.unit ?? ''] ?? 1)
}
