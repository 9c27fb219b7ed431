import { ERROR_CATALOGUE, type ErrorCode } from './error-codes.ts'
import type { TableId } from './table-id.ts'

/** What more an error knows. */
export interface SyncErrorDetails {
  readonly cause?: unknown
  /** The table that it is about, when it is about one. */
  readonly table?: TableId | undefined
  /** What to do, when more exact than the catalogue's remedy: the SQL or setting that mends it. */
  readonly remedy?: string | undefined
  /** Key of the row that is to blame, as text. */
  readonly rowKey?: string | undefined
}

/** An error with a code of the catalogue: what is wrong, where, and what to do about it. */
export class SyncError extends Error {
  readonly code: ErrorCode
  readonly table: TableId | undefined
  readonly remedy: string
  readonly rowKey: string | undefined

  constructor(code: ErrorCode, message: string, details: SyncErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.name = 'SyncError'
    this.code = code
    this.table = details.table
    this.rowKey = details.rowKey
    this.remedy = details.remedy ?? ERROR_CATALOGUE[code].remedy
  }

  /** `auto`: trying again may help. `manual`: only after a person mended it. `never`: this process must end. */
  get retry(): 'auto' | 'manual' | 'never' {
    return ERROR_CATALOGUE[this.code].retry
  }
}

/** The error itself when it is a SyncError, else one of code `INTERNAL` around it. */
export function asSyncError(error: unknown): SyncError {
  if (error instanceof SyncError) return error
  return new SyncError('INTERNAL', error instanceof Error ? error.message : String(error), { cause: error })
}
