import { tmpdir } from 'node:os'
import type { ChangeHandler } from '../../src/core/change-stream.ts'
import { parseLsn, type Lsn } from '../../src/core/lsn.ts'
import {
  openReplicationStream,
  type ReplicationStream,
  type ReplicationStreamOptions,
} from '../../src/source/postgres/wire/replication-stream.ts'
import type { TestDatabase } from './postgres.ts'
import { realClock } from './real-clock.ts'
import { RecordedChanges } from './recorded-changes.ts'
import { waitFor } from './wait-for.ts'

/** Makes the publication `changes` and a slot that is named like the database. */
export async function createSlot(database: TestDatabase, publication = 'for all tables'): Promise<void> {
  await database.query(`create publication changes ${publication}`)
  await database.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [database.name])
}

/** Streams the slot of {@link createSlot}. */
export async function openStream(
  database: TestDatabase,
  handler: ChangeHandler,
  options: Partial<ReplicationStreamOptions> = {},
  signal?: AbortSignal,
): Promise<ReplicationStream> {
  const stream = await openReplicationStream(
    {
      connection: { connectionString: database.url },
      slot: database.name,
      publications: ['changes'],
      spool: { directory: tmpdir(), memoryBytes: 8 * 1024 * 1024 },
      ...options,
    },
    handler,
    { clock: realClock, signal },
  )
  stream.ended.catch((error: unknown) => {
    if (handler instanceof RecordedChanges) handler.failure = error
  })
  return stream
}

/** Makes the slot, streams while `work` runs and until everything is delivered, drops the slot. */
export async function recordWhile(
  database: TestDatabase,
  recorded: RecordedChanges,
  work: () => Promise<unknown>,
  options: Partial<ReplicationStreamOptions> = {},
): Promise<void> {
  await createSlot(database)
  try {
    await using _stream = await openStream(database, recorded, options)
    await work()
    await caughtUp(database, recorded)
  } finally {
    await database.dropReplication()
  }
}

/** Position up to which WAL is written now. */
export async function currentLsn(database: TestDatabase): Promise<Lsn> {
  const [row] = await database.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
  return parseLsn(row?.lsn ?? '')
}

/** The slot's row. */
export async function slotState(
  database: TestDatabase,
): Promise<{ readonly confirmed: Lsn; readonly activePid: number | null }> {
  const [row] = await database.query<{ confirmed: string; active_pid: number | null }>(
    'select confirmed_flush_lsn::text as confirmed, active_pid from pg_replication_slots where slot_name = $1',
    [database.name],
  )
  return { confirmed: parseLsn(row?.confirmed ?? ''), activePid: row?.active_pid ?? null }
}

/** Waits until everything that is committed now has been delivered. @throws what the stream ended with */
export async function caughtUp(database: TestDatabase, recorded: RecordedChanges): Promise<void> {
  const position = await currentLsn(database)
  const isThere = (): boolean => recorded.idleAt >= position || (recorded.commits.at(-1) ?? 0n) >= position
  await waitFor(() => recorded.failure !== undefined || isThere(), {
    describe: 'the stream to catch up',
    timeoutMs: 30_000,
  })
  if (recorded.failure !== undefined) throw new Error('the stream ended', { cause: recorded.failure })
}
