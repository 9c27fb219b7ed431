import { SyncError } from '../../../core/sync-error.ts'

/** The server's SQLSTATE of an error, or of what a SyncError was made from; null when the server did not answer. */
export function sqlState(error: unknown): string | null {
  if (error instanceof SyncError) return sqlState(error.cause)
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : null
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) ? code : null
}
