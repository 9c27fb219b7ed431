import type { LoggerName } from '../../config/loggers.ts'
import type { LogLevel } from '../../config/logging-section.ts'
import { isoInstant } from '../../core/instant.ts'
import type { LogRecord, LogValue } from './log-record.ts'

const COLOURS: Readonly<Record<LogLevel, string>> = {
  DEBUG: '\u001b[2m',
  INFO: '\u001b[32m',
  WARNING: '\u001b[33m',
  ERROR: '\u001b[31m',
  CRITICAL: '\u001b[1;31m',
}
const RESET = '\u001b[0m'

/** Whoever acts when nobody else is named. */
const SYSTEM = 'system'

/** Names that the operator chose, or we: a secret that happens to be equal to one is not hidden in it. */
const IDENTIFIERS: ReadonlySet<string> = new Set(['table', 'operation', 'state', 'pipeline', 'slot', 'error_type'])

/** A line as it is shown and written: the guide's fields, in this order. */
export interface DatedLine {
  /** ISO 8601 with milliseconds, UTC: `2024-01-15T10:30:00.123Z`. */
  readonly timestamp: string
  readonly level: LogLevel
  readonly logger: LoggerName
  readonly message: string
  readonly fields: Readonly<Record<string, LogValue | undefined>>
}

/** Dates a record and gives it `record_id` and `actor`. Its texts are as they came: see {@link maskedLine}. */
export function datedLine(
  record: LogRecord,
  around: { readonly nowMs: number; readonly recordId: (key: string) => string | undefined },
): DatedLine {
  const { level, logger = 'sync_app', message, fields, recordKey, actor = SYSTEM } = record
  const timestamp = isoTimestamp(around.nowMs)
  if (recordKey === undefined) return { timestamp, level, logger, message, fields: { ...fields, actor } }
  return { timestamp, level, logger, message, fields: { ...fields, record_id: around.recordId(recordKey), actor } }
}

/** The line with secrets hidden in its texts. */
export function maskedLine(line: DatedLine, hide: (text: string) => string): DatedLine {
  const fields = Object.entries(line.fields).map(([name, value]) => [
    name,
    value === undefined || IDENTIFIERS.has(name) ? value : masked(value, hide),
  ])
  return { ...line, message: hide(line.message), fields: Object.fromEntries(fields) }
}

function masked(value: LogValue, mask: (text: string) => string): LogValue {
  if (typeof value === 'string') return mask(value)
  if (typeof value !== 'object' || value === null) return value
  if (isList(value)) return value.map((item) => masked(item, mask))
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, masked(inner, mask)]))
}

function isList(value: LogValue): value is readonly LogValue[] {
  return Array.isArray(value)
}

/** One line of JSON without its newline: timestamp, level, logger, message, then the fields. */
export function jsonLine({ timestamp, level, logger, message, fields }: DatedLine): string {
  return JSON.stringify({ timestamp, level, logger, message, ...fields })
}

/** Not for the eye, or for the terminal to obey: control characters stand as JSON has them. */
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f]/g

function visible(text: string): string {
  return text.replaceAll(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

function shortValue(value: LogValue): string {
  if (typeof value !== 'string') return visible(JSON.stringify(value))
  return visible(/[\s="]/.test(value) ? JSON.stringify(value) : value)
}

/** One line for people without its newline: time, level, table, message, then `name=value`. */
export function prettyLine({ timestamp, level, message, fields }: DatedLine, colour: boolean): string {
  const padded = level.padEnd(8)
  const shownLevel = colour ? `${COLOURS[level]}${padded}${RESET}` : padded
  const shownFields = Object.entries(fields).flatMap(([name, value]) => {
    const isShownElsewhere = name === 'table' || (name === 'actor' && value === SYSTEM)
    return value === undefined || isShownElsewhere ? [] : [`${name}=${shortValue(value)}`]
  })
  const { table } = fields
  const shownMessage = visible(typeof table === 'string' ? `${table}: ${message}` : message)
  return [timestamp.slice(11, 23), shownLevel, shownMessage, ...shownFields].join(' ')
}

let lastMs = -1
let lastTimestamp = ''

/** `2024-01-15T10:30:00.123Z`. Many lines come in one millisecond: the last one is kept. */
function isoTimestamp(epochMs: number): string {
  if (epochMs === lastMs) return lastTimestamp
  lastMs = epochMs
  lastTimestamp = isoInstant(epochMs)
  return lastTimestamp
}
