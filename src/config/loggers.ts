/**
 * The loggers: what part of the service a line comes from, the `logger` field. A level that is set for one holds for those below it
 * (`sync_app` for all) unless they have their own.
 */
export const LOGGERS = {
  sync_app: 'The service itself: start, take-over, stop, settings; and what a batch did to each table.',
  'sync_app.batch': 'Batches and moves of the checkpoint.',
  'sync_app.records': 'Single records, at DEBUG: the first ones of each table in each batch.',
  'sync_app.tables': 'Tables that change their state or are refused.',
  'sync_app.snapshot': 'Chunks of first copies and of new copies.',
  'sync_app.source': 'PostgreSQL: connection, slot, stream, sessions that are waited for.',
  'sync_app.target': 'StarRocks: loads, transactions, its tables.',
  'sync_app.health': 'Health checks that change their answer.',
  'sync_app.http': 'The HTTP side: requests that change something, errors.',
  'sync_app.alerts': 'Alerts and their delivery.',
  'sync_app.logs': 'The log itself: files, rotation, lines that were lost.',
} as const

/** The name of a logger. */
export type LoggerName = keyof typeof LOGGERS

/** Whether a text names a logger. */
export function isLoggerName(text: string): text is LoggerName {
  return Object.hasOwn(LOGGERS, text)
}

/** All names, the root first. */
export const LOGGER_NAMES: readonly LoggerName[] = Object.keys(LOGGERS).filter(isLoggerName)
