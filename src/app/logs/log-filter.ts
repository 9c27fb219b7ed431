import { LOG_LEVELS, type LogLevel } from '../../config/logging-section.ts'
import type { LoggerName } from '../../config/loggers.ts'

/** Which lines are wanted; what is absent lets all through. */
export interface LogFilter {
  /** Least level. */
  readonly level?: LogLevel | undefined
  /** `schema.table`, or a table of any schema. */
  readonly table?: string | undefined
  /** With those below it. */
  readonly logger?: LoggerName | undefined
}

/** A line of the log, read. */
export interface LogLine {
  readonly timestamp: string
  readonly level: LogLevel
  readonly logger: LoggerName
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** Whether a line is wanted. Pure. */
export function isWanted(line: LogLine, { level, table, logger }: LogFilter): boolean {
  if (level !== undefined && LOG_LEVELS.indexOf(line.level) < LOG_LEVELS.indexOf(level)) return false
  if (logger !== undefined && line.logger !== logger && !line.logger.startsWith(`${logger}.`)) return false
  return table === undefined || isAbout(line.fields['table'], table)
}

function isAbout(named: unknown, table: string): boolean {
  if (typeof named !== 'string') return false
  return named === table || (!table.includes('.') && named.endsWith(`.${table}`))
}
