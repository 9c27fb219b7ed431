import type { LogLevel } from '../../config/logging-section.ts'

/**
 * What the log has done since the start, for `sync_log_lines_total{level}`, `sync_log_write_errors_total` and
 * `sync_log_lines_collapsed_total`. Counted even when nobody reads it; never goes back.
 */
export interface LogCounts {
  /** Lines written, by level. */
  readonly lines: Readonly<Record<LogLevel, number>>
  /** Writes that an output refused: their lines are not in it. */
  readonly writeErrors: number
  /** Lines that were not written because they repeated one before; their number stands in a later line. */
  readonly collapsed: number
}

/** Counts that start at zero, to be added to. */
export function newLogCounts(): { lines: Record<LogLevel, number>; writeErrors: number; collapsed: number } {
  return { lines: { DEBUG: 0, INFO: 0, WARNING: 0, ERROR: 0, CRITICAL: 0 }, writeErrors: 0, collapsed: 0 }
}
