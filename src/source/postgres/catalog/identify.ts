import { parseLsn, type Lsn } from '../../../core/lsn.ts'
import type { SourceIdentity } from '../../../core/source.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { Session } from './session.ts'

type IdentityRow = {
  readonly system_id: string
  readonly timeline: string
  readonly flushed_lsn: string
  readonly version: string
  readonly in_recovery: boolean
}

/** The first eight digits of a WAL file's name are its timeline; pg_control_checkpoint() lags behind a promotion. */
const IDENTITY_SQL = `
  SELECT system_identifier::text AS system_id, current_setting('server_version_num') AS version,
         pg_is_in_recovery() AS in_recovery,
         CASE WHEN pg_is_in_recovery() THEN '0' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline,
         CASE WHEN pg_is_in_recovery() THEN '0/0' ELSE pg_current_wal_flush_lsn()::text END AS flushed_lsn
    FROM pg_control_system()`

/**
 * Tells which server this is. The history of a server that was promoted is read over a replication connection of its own,
 * which `openReplication` opens; where that is not possible it is left empty.
 *
 * @throws {SyncError} SOURCE_NOT_READY on a standby, whose WAL we could not mark.
 */
export async function identify(session: Session, openReplication: () => Promise<Session>): Promise<SourceIdentity> {
  const [row] = await session.query<IdentityRow>('asking which server this is', IDENTITY_SQL)
  if (row === undefined || row.in_recovery) {
    throw new SyncError('SOURCE_NOT_READY', 'the source is a standby', {
      remedy: 'Point source.url at the primary server.',
    })
  }
  const timeline = Number.parseInt(row.timeline, 16)
  return {
    systemId: row.system_id,
    timeline,
    timelineForks: timeline > 1 ? await readForks(timeline, openReplication) : new Map(),
    flushedLsn: parseLsn(row.flushed_lsn),
    serverVersionNum: Number(row.version),
  }
}

type HistoryRow = { readonly content: string | Buffer }

async function readForks(timeline: number, openReplication: () => Promise<Session>): Promise<ReadonlyMap<number, Lsn>> {
  try {
    await using session = await openReplication()
    const [row] = await session.query<HistoryRow>('reading the timeline history', `TIMELINE_HISTORY ${timeline}`)
    return parseTimelineHistory(String(row?.content ?? ''))
  } catch {
    // Without the history a change of timeline cannot be proved harmless: the caller refuses it then.
    return new Map()
  }
}

/**
 * Reads a timeline history file: per line the number of an earlier timeline, the position where it was left, the reason.
 * @see PostgreSQL manual, "Timelines"
 */
export function parseTimelineHistory(text: string): ReadonlyMap<number, Lsn> {
  const forks = new Map<number, Lsn>()
  for (const line of text.split('\n')) {
    const match = /^\s*(\d+)\s+([0-9A-F]+\/[0-9A-F]+)/i.exec(line)
    if (match) forks.set(Number(match[1]), parseLsn(match[2] ?? ''))
  }
  return forks
}
