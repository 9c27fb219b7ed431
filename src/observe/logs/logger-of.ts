import type { LoggerName } from '../../config/loggers.ts'
import type { ErrorCode } from '../../core/error-codes.ts'
import type { LoggedSignal } from './logged-signal.ts'

type Tag = Exclude<LoggedSignal['tag'], 'attempt-failed'>

const LOGGER_OF_TAG: Readonly<Record<Tag, LoggerName>> = {
  'service-started': 'sync_app',
  'service-stopping': 'sync_app',
  'took-over': 'sync_app',
  'memory-pressure': 'sync_app',
  'waiting-for-slot': 'sync_app.source',
  blocked: 'sync_app.source',
  'table-state': 'sync_app.tables',
  'table-refused': 'sync_app.tables',
  asked: 'sync_app.tables',
  'copied-anew': 'sync_app.tables',
  'batch-committed': 'sync_app.batch',
  'checkpoint-moved': 'sync_app.batch',
  'values-reread': 'sync_app.batch',
  'chunk-loaded': 'sync_app.snapshot',
  'chunk-retaken': 'sync_app.snapshot',
}

const SOURCE_CODES = /^(?:SOURCE|SLOT|PUBLICATION|STREAM|SPOOL|SNAPSHOT)_/
const TARGET_CODES = /^(?:SINK|TARGET|CHECKPOINT)_/

function loggerOfCode(code: ErrorCode): LoggerName {
  if (SOURCE_CODES.test(code)) return 'sync_app.source'
  return TARGET_CODES.test(code) ? 'sync_app.target' : 'sync_app'
}

/** The logger of a signal's line. Pure. */
export function loggerOf(signal: LoggedSignal): LoggerName {
  return signal.tag === 'attempt-failed' ? loggerOfCode(signal.error.code) : LOGGER_OF_TAG[signal.tag]
}
