import type { Duplex } from 'node:stream'
import pg from 'pg'
import type { Lsn } from '../../../core/lsn.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { PINNED_OPTIONS, PINNED_SETTINGS } from '../pinned-settings.ts'
import { sourceError } from './server-error.ts'
import { SessionSocket, type Receiver } from './session-socket.ts'
import { slotRowQuery, slotStart, type SlotRow } from './slot-row.ts'

/** A walsender session that is connected and idle. */
export interface ReplicationSession {
  /** The walsender's process, as pg_replication_slots.active_pid shows it. */
  readonly backendPid: number
  readonly serverVersionNum: number
  /** 0 means never. */
  readonly walSenderTimeoutMs: number
  /** The slot's confirmed position. */
  readonly startedAt: Lsn
  /** What bytes are written to; the socket or the TLS session over it. */
  readonly stream: Duplex
  /** Whether the transport makes a read of every write of the server that is worth waiting for more. */
  readonly coalesceReads: boolean
  /** From now on `receive` gets all bytes; the client library gets none. */
  takeOver(receive: Receiver): void
  /** Ends the connection at once. */
  destroy(): void
}

const CONNECT_TIMEOUT_MS = 10_000
const KEEP_ALIVE_AFTER_MS = 10_000

/**
 * Opens a walsender session in the database of `connection` with the pinned settings, and looks at the slot.
 * @throws {SyncError} SOURCE_UNREACHABLE, SOURCE_AUTH, SOURCE_PRIVILEGE, SOURCE_NOT_READY or SLOT_*; `signal`'s reason
 */
export async function openReplicationSession(
  connection: pg.ClientConfig,
  slot: string,
  signal?: AbortSignal,
): Promise<ReplicationSession> {
  signal?.throwIfAborted()
  const socket = new SessionSocket()
  const client = createClient(connection, socket)
  const abort = (): void => socket.destroy()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    await connect(client)
    const facts = await readFacts(client)
    const row = await ask<SlotRow>(client, slotRowQuery(slot))
    const stream = client.connection.stream
    return {
      ...facts,
      startedAt: slotStart(slot, row[0]),
      stream,
      coalesceReads: !client.ssl && !client.host.startsWith('/'),
      takeOver: (receive) => socket.takeOver(stream, receive),
      destroy: () => {
        stream.destroy()
        socket.destroy()
      },
    }
  } catch (error) {
    socket.destroy()
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

function createClient(connection: pg.ClientConfig, socket: SessionSocket): pg.Client {
  const config = {
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_AFTER_MS,
    ...connection,
    replication: 'database',
    options: PINNED_OPTIONS,
    stream: (settings?: unknown) => socket.create(settings),
  }
  const client = new pg.Client(config)
  // The library tells of a lost socket here; whoever reads from the socket learns it from the socket.
  client.on('error', () => undefined)
  return client
}

async function connect(client: pg.Client): Promise<void> {
  try {
    await client.connect()
  } catch (error) {
    throw sourceError(error, `cannot open a replication session with ${client.host}:${client.port}`, 'connect')
  }
}

async function readFacts(
  client: pg.Client,
): Promise<Pick<ReplicationSession, 'backendPid' | 'serverVersionNum' | 'walSenderTimeoutMs'>> {
  const names = ['server_version_num', 'wal_sender_timeout', ...Object.keys(PINNED_SETTINGS)]
  const rows = await ask<{ name: string; setting: string; pid: number }>(
    client,
    `select name, setting, pg_catalog.pg_backend_pid() as pid from pg_catalog.pg_settings
      where name in (${names.map((name) => pg.escapeLiteral(name)).join(', ')})`,
  )
  const settings = new Map(rows.map(({ name, setting }) => [name, setting]))
  for (const [name, wanted] of Object.entries(PINNED_SETTINGS)) {
    const found = settings.get(name)
    if (found !== wanted) {
      throw new SyncError('SOURCE_NOT_READY', `The session has ${name} = ${found ?? 'nothing'} instead of ${wanted}.`, {
        remedy: 'Connect to PostgreSQL itself, not through a pooler that drops startup options.',
      })
    }
  }
  return {
    backendPid: rows[0]?.pid ?? 0,
    serverVersionNum: Number(settings.get('server_version_num')),
    walSenderTimeoutMs: Number(settings.get('wal_sender_timeout')),
  }
}

async function ask<Row extends pg.QueryResultRow>(client: pg.Client, sql: string): Promise<readonly Row[]> {
  try {
    return (await client.query<Row>(sql)).rows
  } catch (error) {
    throw sourceError(error, 'cannot prepare the replication session', 'query')
  }
}
