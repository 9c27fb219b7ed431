import type { LoggerName } from '../../config/loggers.ts'
import type { LogLevel } from '../../config/logging-section.ts'

/** A value in a log line. Never a secret, never a value of a row. */
export type LogValue = string | number | boolean | null | readonly LogValue[] | { readonly [key: string]: LogValue }

/** One log line before it is dated and written: what happened, and its context under the guide's field names. */
export interface LogRecord {
  readonly level: LogLevel
  /** Default `sync_app`. */
  readonly logger?: LoggerName | undefined
  readonly message: string
  /** Context: `table`, `operation`, `batch_size`, `processing_time_ms`, ... Undefined fields are left out. */
  readonly fields: Readonly<Record<string, LogValue | undefined>>
  /** Key of the row that the line is about, as text. A value of a row: written as `record_id`, in the way that was configured. */
  readonly recordKey?: string | undefined
  /** Who did or asked for it; default `system`, the service itself. */
  readonly actor?: string | undefined
}
