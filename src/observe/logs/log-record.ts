import type { LogLevel } from '../../config/logging-section.ts'

/** A value in a log line. Never a secret, never a value of a row. */
export type LogValue = string | number | boolean | null | readonly LogValue[] | { readonly [key: string]: LogValue }

/** One log line before it is dated and written: what happened, and its context under the guide's field names. */
export interface LogRecord {
  readonly level: LogLevel
  readonly message: string
  /** Context: `table`, `operation`, `batch_size`, `processing_time_ms`, ... Undefined fields are left out. */
  readonly fields: Readonly<Record<string, LogValue | undefined>>
}
