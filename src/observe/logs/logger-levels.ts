import { LOGGER_NAMES, type LoggerName } from '../../config/loggers.ts'
import { LOG_LEVELS, type LogLevel } from '../../config/logging-section.ts'
import type { Clock } from '../../core/clock.ts'

/** The level that is in force for a logger, and where it comes from. */
export interface LoggerLevel {
  readonly logger: LoggerName
  readonly level: LogLevel
  /** `configured`: from the file. `changed`: while running. `inherited`: from the logger above. */
  readonly from: 'configured' | 'changed' | 'inherited'
  /** When a change ends by itself, milliseconds since 1970-01-01 UTC; null when it does not, or nothing was changed. */
  readonly untilMs: number | null
}

interface Change {
  readonly level: LogLevel
  readonly untilMs: number | null
}

const ROOT: LoggerName = 'sync_app'

/** Every logger but the root is directly below it. */
const CHILDREN = LOGGER_NAMES.filter((name) => name !== ROOT)

/**
 * Least levels, for each logger, changeable while running. A change may end by itself: it is not in force any more from that instant
 * on, whether or not anything is logged.
 */
export class LoggerLevels {
  readonly #configured: ReadonlyMap<LoggerName, LogLevel>
  readonly #changes = new Map<LoggerName, Change>()
  readonly #clock: Pick<Clock, 'now'>
  /** Index of the least level for each logger, until `#validUntilMs`. */
  readonly #least = new Map<LoggerName, number>()
  #validUntilMs = 0

  constructor(root: LogLevel, configured: Readonly<Partial<Record<LoggerName, LogLevel>>>, clock: Pick<Clock, 'now'>) {
    const own = LOGGER_NAMES.flatMap((name) => {
      const level = configured[name] ?? (name === ROOT ? root : undefined)
      return level === undefined ? [] : [[name, level] as const]
    })
    this.#configured = new Map(own)
    this.#clock = clock
  }

  /** Whether a line is written. */
  isOn(logger: LoggerName, level: LogLevel): boolean {
    const nowMs = this.#clock.now()
    if (nowMs >= this.#validUntilMs) this.#reckon(nowMs)
    return LOG_LEVELS.indexOf(level) >= (this.#least.get(logger) ?? 0)
  }

  /** Sets a level; `forMs` is how long it holds, null for as long as the service runs. */
  change(logger: LoggerName, level: LogLevel, forMs: number | null): LoggerLevel {
    const nowMs = this.#clock.now()
    this.#changes.set(logger, { level, untilMs: forMs === null ? null : nowMs + forMs })
    this.#reckon(nowMs)
    return this.#describe(logger)
  }

  /** Goes back to what is configured. */
  reset(logger: LoggerName): LoggerLevel {
    this.#changes.delete(logger)
    this.#reckon(this.#clock.now())
    return this.#describe(logger)
  }

  /** What is in force, for every logger, the root first. */
  list(): readonly LoggerLevel[] {
    this.#reckon(this.#clock.now())
    return LOGGER_NAMES.map((logger) => this.#describe(logger))
  }

  #describe(logger: LoggerName): LoggerLevel {
    const change = this.#changes.get(logger)
    if (change) return { logger, level: change.level, from: 'changed', untilMs: change.untilMs }
    const configured = this.#configured.get(logger)
    if (configured !== undefined) return { logger, level: configured, from: 'configured', untilMs: null }
    return { logger, level: this.#describe(ROOT).level, from: 'inherited', untilMs: null }
  }

  #reckon(nowMs: number): void {
    let nextEndMs = Number.POSITIVE_INFINITY
    for (const [logger, { untilMs }] of this.#changes) {
      if (untilMs === null) continue
      if (untilMs <= nowMs) this.#changes.delete(logger)
      else nextEndMs = Math.min(nextEndMs, untilMs)
    }
    this.#validUntilMs = nextEndMs
    for (const logger of [ROOT, ...CHILDREN]) this.#least.set(logger, LOG_LEVELS.indexOf(this.#describe(logger).level))
  }
}
