import type { LoggingConfig } from '../config/logging-section.ts'
import type { Clock } from '../core/clock.ts'
import { openLogFile, type LogFile } from '../observe/logs/log-file.ts'
import { logWriter, type LineOutput, type LogWriter } from '../observe/logs/log-writer.ts'

/** Where standard output goes. */
export interface Console {
  readonly isTerminal: boolean
  readonly colour: boolean
  write(text: string): void
}

/** The service's log. Closing it closes the file. */
export interface OpenLog extends LogWriter, Disposable {}

/** Opens the log as configured. @throws {SyncError} CONFIG_INVALID when its file cannot be opened. */
export function openLog(logging: LoggingConfig, console: Console, clock: Pick<Clock, 'now'>): OpenLog {
  const pretty = logging.format === 'pretty' || (logging.format === 'auto' && console.isTerminal)
  const terminal: LineOutput = {
    format: pretty ? 'pretty' : 'json',
    colour: pretty && console.colour,
    write: (lines) => console.write(lines),
  }
  const onLost = (reason: string): void => {
    const fields = { error: reason, remedy: 'Free space, or move logging.file.path.' }
    logWriter(logging.level, [terminal], clock).write({ level: 'ERROR', message: 'Log file cannot be written', fields })
  }
  const file: LogFile | null = logging.file ? openLogFile(logging.file.path, onLost) : null
  const writer = logWriter(logging.level, file ? [terminal, file] : [terminal], clock)
  return { ...writer, [Symbol.dispose]: () => file?.[Symbol.dispose]() }
}
