import { LOG_LEVELS, type LogLevel } from '../../config/logging-section.ts'
import type { Clock } from '../../core/clock.ts'
import type { Signal, Signals } from '../../core/signals.ts'
import { describeSignal } from './describe-signal.ts'
import { jsonLine, prettyLine } from './format-line.ts'
import type { LogRecord } from './log-record.ts'

/** Something that takes whole lines. `write` never throws. */
export interface LineOutput {
  readonly format: 'json' | 'pretty'
  readonly colour: boolean
  /** Takes lines with their newlines. */
  write(lines: string): void
}

/** Turns signals into log lines, and takes records of other origin. */
export interface LogWriter extends Signals {
  write(record: LogRecord): void
}

/** Logs everything at `level` and above to all outputs. Never throws, never waits. */
export function logWriter(level: LogLevel, outputs: readonly LineOutput[], clock: Pick<Clock, 'now'>): LogWriter {
  const least = LOG_LEVELS.indexOf(level)
  const write = (record: LogRecord): void => {
    if (LOG_LEVELS.indexOf(record.level) < least) return
    const timestamp = isoTimestamp(clock.now())
    for (const output of outputs) {
      const line = output.format === 'json' ? jsonLine(record, timestamp) : prettyLine(record, timestamp, output.colour)
      output.write(`${line}\n`)
    }
  }
  return { write, emit: (signal: Signal) => write(describeSignal(signal)) }
}

/** `2024-01-15T10:30:00.123Z`. */
function isoTimestamp(epochMs: number): string {
  // oxlint-disable-next-line no-restricted-globals -- formats a given time, asks for none
  return new Date(epochMs).toISOString()
}
