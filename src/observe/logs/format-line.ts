import type { LogLevel } from '../../config/logging-section.ts'
import type { LogRecord, LogValue } from './log-record.ts'

/** The guide's `logger` field. */
const LOGGER = 'sync_app'

const COLOURS: Readonly<Record<LogLevel, string>> = {
  DEBUG: '\u001b[2m',
  INFO: '\u001b[32m',
  WARNING: '\u001b[33m',
  ERROR: '\u001b[31m',
  CRITICAL: '\u001b[1;31m',
}
const RESET = '\u001b[0m'

/** One line of JSON without its newline: timestamp, level, logger, message, then the fields. `timestamp` is ISO 8601, UTC. */
export function jsonLine(record: LogRecord, timestamp: string): string {
  return JSON.stringify({
    timestamp,
    level: record.level,
    logger: LOGGER,
    message: record.message,
    ...record.fields,
  })
}

function shortValue(value: LogValue): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return /[\s="]/.test(value) ? JSON.stringify(value) : value
}

/** One line for people without its newline: time, level, message, then `name=value`. Details of tables are left out. */
export function prettyLine(record: LogRecord, timestamp: string, colour: boolean): string {
  const level = record.level.padEnd(8)
  const shownLevel = colour ? `${COLOURS[record.level]}${level}${RESET}` : level
  const fields = Object.entries(record.fields).flatMap(([name, value]) => {
    if (value === undefined || name === 'tables' || name === 'table') return []
    return [`${name}=${shortValue(value)}`]
  })
  const { table } = record.fields
  const message = typeof table === 'string' ? `${table}: ${record.message}` : record.message
  return [timestamp.slice(11, 23), shownLevel, message, ...fields].join(' ')
}
