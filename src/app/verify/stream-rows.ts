import { createConnection, type QueryError, type TypeCastField } from 'mysql2'
import { SyncError } from '../../core/sync-error.ts'
import { judgeSqlError } from '../../sink/starrocks/outcome.ts'
import { outcomeError } from '../../sink/starrocks/outcome-error.ts'
import type { MysqlAddress } from '../../sink/starrocks/target.ts'
import type { StreamRows } from './target-side.ts'

/** Where to read from. */
export interface StreamAddress {
  readonly addresses: readonly MysqlAddress[]
  readonly user: string
  readonly password: string
  readonly connectMs: number
}

/**
 * Makes a reader of large results: one connection for each, values as the bytes of the text protocol, and no row kept. Rows
 * are handled as they are read from the socket, so a slow reader slows the server down.
 */
export function rowStreamer(from: StreamAddress, signal: AbortSignal): StreamRows {
  return async (sql, onRow) => {
    for (const [index, address] of from.addresses.entries()) {
      try {
        await readFrom(address, from, { sql, onRow, signal })
        return
      } catch (error) {
        const isLast = index === from.addresses.length - 1
        if (isLast || !(error instanceof NotConnected)) throw error instanceof NotConnected ? error.reason : error
      }
    }
  }
}

/** Nothing was read yet: another address may do. */
class NotConnected extends Error {
  readonly reason: SyncError

  constructor(reason: SyncError) {
    super(reason.message)
    this.reason = reason
  }
}

interface Reading {
  readonly sql: string
  readonly onRow: (values: readonly (Buffer | null)[]) => void
  readonly signal: AbortSignal
}

async function readFrom(address: MysqlAddress, from: StreamAddress, reading: Reading): Promise<void> {
  const { host, port } = address
  const { user, password, connectMs: connectTimeout } = from
  const connection = createConnection({ host, port, user, password, connectTimeout })
  const done = Promise.withResolvers<void>()
  const stop = (): void => done.reject(reading.signal.reason)
  let hasRead = false
  connection.on('error', (error: QueryError) => done.reject(asSyncFailure(error, `read from ${host}:${port}`)))
  reading.signal.addEventListener('abort', stop, { once: true })
  try {
    reading.signal.throwIfAborted()
    connection.connect((error) => {
      if (error !== null) done.reject(new NotConnected(asSyncFailure(error, `connect to ${host}:${port}`)))
    })
    const query = connection.query({
      sql: reading.sql,
      rowsAsArray: true,
      typeCast: (field: TypeCastField) => field.buffer(),
    })
    query.on('result', (row: unknown) => {
      hasRead = true
      try {
        if (Array.isArray(row)) reading.onRow(row)
      } catch (error) {
        done.reject(error)
      }
    })
    query.on('error', (error: QueryError) => done.reject(asSyncFailure(error, 'reading a table of StarRocks')))
    query.on('end', () => done.resolve())
    await done.promise
  } catch (error) {
    if (hasRead && error instanceof NotConnected) throw error.reason
    throw error
  } finally {
    reading.signal.removeEventListener('abort', stop)
    connection.destroy()
  }
}

function asSyncFailure(error: QueryError, what: string): SyncError {
  if (typeof error.errno === 'number' && typeof error.sqlState === 'string') {
    return outcomeError(judgeSqlError(error.errno, error.message), what)
  }
  return new SyncError('SINK_UNREACHABLE', `${what}: ${error.message}`, { cause: error })
}
