import pg from 'pg'
import type { ErrorCode } from '../../../core/error-codes.ts'
import { SyncError, type SyncErrorDetails } from '../../../core/sync-error.ts'

const AUTHENTICATION = '28'
const CONNECTION = '08'
const TOO_MANY_CONNECTIONS = '53300'

/** SQLSTATEs by their meaning here; what is not listed is SOURCE_QUERY. @see PostgreSQL manual, appendix A */
const CODES: Readonly<Record<string, ErrorCode>> = {
  '3D000': 'SOURCE_AUTH',
  '42501': 'SOURCE_PRIVILEGE',
  '53400': 'SOURCE_NOT_READY',
  '55006': 'SLOT_BUSY',
  '57P01': 'SOURCE_UNREACHABLE',
  '57P02': 'SOURCE_UNREACHABLE',
  '57P03': 'SOURCE_UNREACHABLE',
  [TOO_MANY_CONNECTIONS]: 'SOURCE_UNREACHABLE',
}

/** The server's SQLSTATE, null when the error is not the server's answer. */
export function sqlState(error: unknown): string | null {
  if (error instanceof SyncError) return sqlState(error.cause)
  return error instanceof pg.DatabaseError ? (error.code ?? null) : null
}

/**
 * What an error of the client or the server means; a SyncError stays as it is. `doing` completes "while ...".
 *
 * Only the server's primary message is shown: its detail line can hold row values.
 */
export function sourceError(error: unknown, doing: string, details: SyncErrorDetails = {}): SyncError {
  if (error instanceof SyncError) return error
  const text = error instanceof Error ? error.message : String(error)
  return new SyncError(codeOf(error), `while ${doing}: ${text || nameOf(error)}`, { ...details, cause: error })
}

function codeOf(error: unknown): ErrorCode {
  if (!(error instanceof pg.DatabaseError)) return 'SOURCE_UNREACHABLE'
  const state = error.code ?? ''
  if (state.startsWith(AUTHENTICATION)) return 'SOURCE_AUTH'
  if (state.startsWith(CONNECTION)) return 'SOURCE_UNREACHABLE'
  return CODES[state] ?? 'SOURCE_QUERY'
}

/** Node's errors of several addresses (happy eyeballs) have no message of their own. */
function nameOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(String).join('; ')
  return error instanceof Error ? error.name : 'unknown error'
}
