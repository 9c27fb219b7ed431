import { randomUUID } from 'node:crypto'
import type { LoggingConfig } from '../config/logging-section.ts'
import type { Clock } from '../core/clock.ts'
import type { RecordSampling } from '../core/signals.ts'
import { consoleOutput, type Console } from '../observe/logs/console-output.ts'
import { LogFile } from '../observe/logs/file/log-file.ts'
import { Log, type LineOutput, type LogWriter } from '../observe/logs/log-writer.ts'
import type { LogCounts } from '../observe/logs/log-counts.ts'
import { LoggerLevels } from '../observe/logs/logger-levels.ts'
import type { LogRecord } from '../observe/logs/log-record.ts'
import { RecentLines } from '../observe/logs/recent-lines.ts'
import { recordIdOf } from '../observe/logs/record-id.ts'
import { Repeats } from '../observe/logs/repeats.ts'
import { secretMask } from '../observe/logs/secret-mask.ts'

/** What the log takes from outside. */
export interface LogSurroundings {
  readonly console: Console
  readonly clock: Pick<Clock, 'now' | 'monotonicMs' | 'setTimer'>
  /** Texts that never stand in a line. */
  readonly secrets: readonly string[]
}

/** The service's log. Closing it writes what waits and closes the file. */
export interface OpenLog extends LogWriter, AsyncDisposable {
  readonly levels: LoggerLevels
  readonly recent: RecentLines
  readonly sampling: RecordSampling
  /** For metrics. */
  counts(): LogCounts
  /** Opens the file anew by its name, for a rotation by others. */
  reopen(): void
  /** Writes what waits, when the process ends without closing. */
  flush(): void
}

/** Opens the log as configured. @throws {SyncError} CONFIG_INVALID when its file cannot be opened. */
export function openLog(logging: LoggingConfig, around: LogSurroundings): OpenLog {
  const { console, clock } = around
  const pretty = logging.format === 'pretty' || (logging.format === 'auto' && console.isTerminal)
  const levels = new LoggerLevels(logging.level, logging.levels, clock)
  const recent = new RecentLines()
  const report = (record: LogRecord): void => log.write(record)
  const file = logging.file && new LogFile(logging.file, clock, report)
  const outputs = [
    consoleOutput(console, { pretty, report }),
    ...(file ? [fileOutput(file)] : []),
    recentOutput(recent),
  ]
  const log = new Log({
    levels,
    outputs,
    repeats: new Repeats(logging.collapseRepeatsMs),
    mask: secretMask(around.secrets),
    recordId: recordIdOf(logging.recordIds, logging.recordIdKey?.reveal() ?? randomUUID()),
    clock,
  })
  const wanted = (): number => (levels.isOn('sync_app.records', 'DEBUG') ? logging.recordsPerBatch : 0)
  return {
    emit: (signal) => log.emit(signal),
    write: (record) => log.write(record),
    levels,
    recent,
    sampling: { wanted },
    counts: () => log.counts,
    reopen: () => file?.reopen(),
    flush: () => void file?.flush(),
    [Symbol.asyncDispose]: async () => {
      log[Symbol.dispose]()
      await file?.[Symbol.asyncDispose]()
    },
  }
}

function fileOutput(file: LogFile): LineOutput {
  return { write: ({ level }, json) => file.write(`${json}\n`, level !== 'INFO' && level !== 'DEBUG') }
}

function recentOutput(recent: RecentLines): LineOutput {
  return {
    write: (_, json) => {
      recent.add(json)
      return 0
    },
  }
}
