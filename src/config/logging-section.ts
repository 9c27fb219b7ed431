import { defaulted, defaultedSection, map, optional, required, section, type Kind, type Refuse } from './declaration.ts'
import { isLoggerName, LOGGER_NAMES, type LoggerName } from './loggers.ts'
import { nearestName } from './nearest-name.ts'
import { choice, duration, integer, secretText, size, text, yesOrNo } from './scalars.ts'
import type { Secret } from './secret.ts'

/** The levels of log lines, least first. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const

/** A level of a log line. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** How the key of a row stands in a line. */
export type RecordIdMode = 'hashed' | 'plain' | 'off'

/** What is logged and where to. */
export interface LoggingConfig {
  readonly level: LogLevel
  /** For single loggers. */
  readonly levels: Readonly<Partial<Record<LoggerName, LogLevel>>>
  readonly format: 'auto' | 'json' | 'pretty'
  readonly recordIds: RecordIdMode
  /** Absent: a new one at each start. */
  readonly recordIdKey?: Secret | undefined
  /** Of each table in each batch. */
  readonly recordsPerBatch: number
  /** 0: every line is written. */
  readonly collapseRepeatsMs: number
  readonly file?: LogFileConfig | undefined
}

/** A log file beside standard output. */
export interface LogFileConfig {
  readonly path: string
  readonly maxSizeBytes: number
  readonly backupCount: number
  readonly compress: boolean
  readonly retentionDays: number
  /** Of the file and its backups; absent: no bound but the others. */
  readonly maxTotalSizeBytes?: number | undefined
}

const file = section(
  {
    path: required(text, 'The file; lines are appended to it.'),
    max_size: defaulted(size({ from: '64KiB', to: '100GB' }), '100MB', { doc: 'Size at which the file is rotated.' }),
    backup_count: defaulted(integer({ from: '0', to: '10_000' }), '10', { doc: 'Rotated files that are kept.' }),
    compress: defaulted(yesOrNo, 'true', { doc: 'Whether rotated files are compressed (gzip).' }),
    retention_days: defaulted(integer({ from: '1', to: '36_500' }), '30', {
      doc: 'Days after which rotated files are deleted.',
    }),
    max_total_size: optional(size({ from: '64KiB', to: '10TB' }), {
      doc: 'Size of the file and its backups together: the oldest backups go first.',
      defaultText: 'no bound but the others',
    }),
  },
  (yaml): LogFileConfig => ({
    path: yaml.path,
    maxSizeBytes: yaml.max_size,
    backupCount: yaml.backup_count,
    compress: yaml.compress,
    retentionDays: yaml.retention_days,
    maxTotalSizeBytes: yaml.max_total_size,
  }),
)

/** @throws through `refuse` for what is no logger. */
function loggerLevels(
  levels: Readonly<Record<string, LogLevel>>,
  refuse: Refuse,
): Readonly<Partial<Record<LoggerName, LogLevel>>> {
  const read: Partial<Record<LoggerName, LogLevel>> = {}
  for (const [name, level] of Object.entries(levels)) {
    if (isLoggerName(name)) {
      read[name] = level
      continue
    }
    const near = nearestName(name, LOGGER_NAMES)
    const hint = near === undefined ? `they are ${LOGGER_NAMES.join(', ')}` : `did you mean ${JSON.stringify(near)}?`
    refuse(['levels', name], `there is no such logger: ${hint}`)
  }
  return read
}

/** `logging:`. */
export const loggingSection: Kind<LoggingConfig> = section(
  {
    level: defaulted(choice(LOG_LEVELS), 'INFO', { doc: 'Least level that is logged.' }),
    format: defaulted(choice(['auto', 'json', 'pretty']), 'auto', {
      doc: '`auto`: pretty on a terminal, JSON in a pipe. A file always gets JSON.',
    }),
    levels: defaultedSection(map(choice(LOG_LEVELS)), {
      doc: 'Levels of single loggers, such as `sync_app.source: DEBUG`; docs/logging.md lists them.',
    }),
    record_ids: defaulted(choice(['hashed', 'plain', 'off']), 'hashed', {
      doc: 'How the key of a row stands in a line: `plain` shows it, `hashed` only tells equal keys from different ones.',
    }),
    record_id_key: optional(secretText, {
      doc: 'Secret of hashed keys: with it they stay the same over restarts and can be reckoned from a known key.',
      defaultText: 'a new one at each start',
    }),
    records_per_batch: defaulted(integer({ from: '1', to: '10_000' }), '10', {
      doc: 'Where `sync_app.records` is at DEBUG: records of each table in each batch that get a line.',
    }),
    collapse_repeats: defaulted(duration({ from: '0s', to: '1h' }), '10s', {
      doc: 'Equal lines from WARNING on are written once in this time, with a count; `0s`: every time.',
    }),
    file: optional(file, { doc: 'A file that gets the lines as well.' }),
  },
  (yaml, refuse): LoggingConfig => ({
    level: yaml.level,
    levels: loggerLevels(yaml.levels, refuse),
    format: yaml.format,
    recordIds: yaml.record_ids,
    recordIdKey: yaml.record_id_key,
    recordsPerBatch: yaml.records_per_batch,
    collapseRepeatsMs: yaml.collapse_repeats,
    file: yaml.file,
  }),
)
