import type { Clock } from '../../../core/clock.ts'
import type { Blocker } from '../../../core/source.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { sqlState } from './sql-state.ts'
import { readTransactionsWithId } from './read-blockers.ts'
import type { Session } from './session.ts'

/** What making a slot needs. */
export interface SlotCreation {
  readonly slot: string
  readonly serverVersionNum: number
  readonly openSession: () => Promise<Session>
  readonly clock: Clock
  readonly onBlocked: (blockers: readonly Blocker[]) => void
  readonly signal: AbortSignal
}

const FAILOVER_SINCE = 170_000
const FIRST_POLL_MS = 200
const POLL_MS = 1_000
const ALREADY_THERE = '42710'
const WAL_LEVEL_TOO_LOW = '55000'
const NO_SLOT_LEFT = '53400'

/**
 * Makes a logical pgoutput slot, kept for failover from PostgreSQL 17 on. The server first waits until every transaction
 * that has changed something, in any database, has ended: they are told meanwhile. When the signal is aborted the server's
 * work is ended too, or it would leave the slot behind. A slot that a twin has made meanwhile is as good.
 *
 * @throws {SyncError} SOURCE_NOT_READY, SOURCE_PRIVILEGE; the signal's reason when it is aborted.
 */
export async function createSlot(creation: SlotCreation): Promise<void> {
  await using maker = await creation.openSession()
  await using watcher = await creation.openSession()
  const [self] = await maker.query<{ pid: number }>('making the slot', 'SELECT pg_backend_pid() AS pid')
  const ended = new AbortController()
  const watching = watch(watcher, creation, AbortSignal.any([ended.signal, creation.signal]))
  const cancel = async (): Promise<void> => {
    await watching
    await watcher.query('giving the slot up', 'SELECT pg_terminate_backend($1)', [self?.pid])
  }
  let cancelling: Promise<void> | undefined
  const abort = (): void => {
    cancelling = cancel().catch(() => maker.destroy())
  }
  creation.signal.throwIfAborted()
  creation.signal.addEventListener('abort', abort, { once: true })
  try {
    await maker.query(`making slot ${creation.slot}`, createSlotSql(creation.serverVersionNum), [creation.slot])
  } catch (error) {
    creation.signal.throwIfAborted()
    if (sqlState(error) !== ALREADY_THERE) throw slotError(error, creation.slot)
  } finally {
    creation.signal.removeEventListener('abort', abort)
    ended.abort()
    await cancelling
    await watching
  }
}

function createSlotSql(serverVersionNum: number): string {
  const failover = serverVersionNum >= FAILOVER_SINCE ? ', failover => true' : ''
  return `SELECT pg_create_logical_replication_slot($1, 'pgoutput'${failover})`
}

/** Tells who holds the making up, until stopped. Never throws: it is only told. */
async function watch(session: Session, creation: SlotCreation, stop: AbortSignal): Promise<void> {
  try {
    await creation.clock.sleep(FIRST_POLL_MS, stop)
    const awaited = new Set((await readTransactionsWithId(session)).map((holder) => holder.virtualTransaction))
    while (!stop.aborted) {
      const holders = await readTransactionsWithId(session)
      const blockers = holders.filter((holder) => awaited.has(holder.virtualTransaction))
      if (blockers.length > 0 && !stop.aborted) creation.onBlocked(blockers)
      await creation.clock.sleep(POLL_MS, stop)
    }
  } catch {
    // Stopped, or the connection is gone: the making itself tells what is wrong.
  }
}

function slotError(error: unknown, slot: string): unknown {
  switch (sqlState(error)) {
    case WAL_LEVEL_TOO_LOW:
      return new SyncError('SOURCE_NOT_READY', `slot ${slot} cannot be made: wal_level is not logical`, {
        cause: error,
        remedy: "ALTER SYSTEM SET wal_level = 'logical'; then restart PostgreSQL.",
      })
    case NO_SLOT_LEFT:
      return new SyncError('SOURCE_NOT_READY', `slot ${slot} cannot be made: all replication slots are in use`, {
        cause: error,
        remedy: 'Raise max_replication_slots and restart PostgreSQL, or drop a slot that nothing reads.',
      })
    case '42501':
      return new SyncError('SOURCE_PRIVILEGE', `our role may not make slot ${slot}`, {
        cause: error,
        remedy: 'ALTER ROLE the_role REPLICATION; as a superuser (rds_replication on Amazon RDS).',
      })
    default:
      return error
  }
}
