import { defaulted, optional, required, section, type Kind } from './declaration.ts'
import { choice, integer, size, text, yesOrNo } from './scalars.ts'

/** The levels of log lines, least first. */
export const LOG_LEVELS = ['DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL'] as const

/** A level of a log line. */
export type LogLevel = (typeof LOG_LEVELS)[number]

/** What is logged and where to. */
export interface LoggingConfig {
  readonly level: LogLevel
  readonly format: 'auto' | 'json' | 'pretty'
  readonly file?: LogFileConfig | undefined
}

/** A log file beside standard output. */
interface LogFileConfig {
  readonly path: string
  readonly maxSizeBytes: number
  readonly backupCount: number
  readonly compress: boolean
  readonly retentionDays: number
}

const NO_ROTATION = 'the file is not rotated yet: use logrotate with copytruncate'

const file = section(
  {
    path: required(text, 'The file; lines are appended to it.'),
    max_size: defaulted(size({ from: '64KiB', to: '100GB' }), '100MB', {
      doc: 'Size at which the file is rotated.',
      notInForce: NO_ROTATION,
    }),
    backup_count: defaulted(integer({ from: '0', to: '10_000' }), '10', {
      doc: 'Rotated files that are kept.',
      notInForce: NO_ROTATION,
    }),
    compress: defaulted(yesOrNo, 'true', { doc: 'Whether rotated files are compressed.', notInForce: NO_ROTATION }),
    retention_days: defaulted(integer({ from: '1', to: '36_500' }), '30', {
      doc: 'Days after which rotated files are deleted.',
      notInForce: NO_ROTATION,
    }),
  },
  (yaml): LogFileConfig => ({
    path: yaml.path,
    maxSizeBytes: yaml.max_size,
    backupCount: yaml.backup_count,
    compress: yaml.compress,
    retentionDays: yaml.retention_days,
  }),
)

/** `logging:`. */
export const loggingSection: Kind<LoggingConfig> = section(
  {
    level: defaulted(choice(LOG_LEVELS), 'INFO', { doc: 'Least level that is logged.' }),
    format: defaulted(choice(['auto', 'json', 'pretty']), 'auto', {
      doc: '`auto`: pretty on a terminal, JSON in a pipe. A file always gets JSON.',
    }),
    file: optional(file, { doc: 'A file that gets the lines as well.' }),
  },
  (yaml) => yaml,
)
