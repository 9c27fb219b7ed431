import { maskCredentials } from '../../config/mask-credentials.ts'
import type { SyncError } from '../../core/sync-error.ts'
import type { LogRecord } from './log-record.ts'

const LONGEST_CHAIN = 8

/** Data exceptions, violated constraints and what functions raise: PostgreSQL quotes values of rows in their messages. */
const QUOTING_STATE = /^(?:22|23|44|P0)[0-9A-Z]{3}$/

function causeText(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && QUOTING_STATE.test(String(cause.code)))
    return `SQLSTATE ${String(cause.code)}; its message may quote a row`
  const code = cause instanceof Error && 'code' in cause ? `${String(cause.code)}: ` : ''
  return maskCredentials(`${code}${cause instanceof Error ? cause.message : String(cause)}`)
}

function causeChain(error: Error): readonly string[] {
  const chain: string[] = []
  for (let cause = error.cause; cause != null && chain.length < LONGEST_CHAIN;) {
    chain.push(causeText(cause))
    cause = cause instanceof Error ? cause.cause : null
  }
  return chain
}

/**
 * What a log line says of an error: code, message, causes, remedy, retry policy, table.
 * Its row key is left out: it is a value of a row.
 */
export function errorFields(error: SyncError): LogRecord['fields'] {
  const causes = causeChain(error)
  return {
    table: error.table,
    error_type: error.code,
    error: maskCredentials(error.message),
    causes: causes.length > 0 ? causes : undefined,
    remedy: error.remedy,
    retry: error.retry,
  }
}
