import type { LogLevel } from '../../config/logging-section.ts'
import type { LogRecord } from './log-record.ts'

/** A line that was written and may come again. */
interface Burst {
  last: LogRecord
  /** Lines held back since the last one that was written. */
  held: number
  endsAtMs: number
}

/** Different lines that are remembered; the oldest is let go for a new one. */
const MOST_BURSTS = 500

const COLLAPSED: ReadonlySet<LogLevel> = new Set(['WARNING', 'ERROR', 'CRITICAL'])

/**
 * Collapses bursts: of equal lines from WARNING on, the first is written at once; those that follow within the time are held back, and
 * the last of them is written at its end with `repeated`, how many there were. Equal are lines of the same level, logger, message,
 * table, operation, error code and error text.
 */
export class Repeats {
  readonly #withinMs: number
  readonly #bursts = new Map<string, Burst>()

  /** @param withinMs 0: nothing is held back. */
  constructor(withinMs: number) {
    this.#withinMs = withinMs
  }

  /** Whether the line is to be written; else it is held back and comes with {@link due}. */
  admits(record: LogRecord, nowMs: number): boolean {
    if (this.#withinMs === 0 || !COLLAPSED.has(record.level)) return true
    const key = keyOf(record)
    const burst = this.#bursts.get(key)
    if (burst) {
      burst.held++
      burst.last = record
      return false
    }
    this.#bursts.set(key, { last: record, held: 0, endsAtMs: nowMs + this.#withinMs })
    return true
  }

  /** The lines whose time is over, each with its count. A burst that goes on is told once in each span of the time. */
  due(nowMs: number): readonly LogRecord[] {
    const written: LogRecord[] = []
    for (const [key, burst] of this.#bursts) {
      const isCrowded = this.#bursts.size > MOST_BURSTS
      if (burst.endsAtMs > nowMs && !isCrowded) continue
      if (burst.held > 0) written.push(summary(burst))
      if (burst.held === 0 || isCrowded) this.#bursts.delete(key)
      burst.held = 0
      burst.endsAtMs = nowMs + this.#withinMs
    }
    return written
  }

  /** When {@link due} has something to say next; null when never. */
  nextDueMs(): number | null {
    let next: number | null = null
    for (const { endsAtMs } of this.#bursts.values()) next = next === null ? endsAtMs : Math.min(next, endsAtMs)
    return next
  }

  /** Everything that was held back, now. */
  drain(): readonly LogRecord[] {
    const written = [...this.#bursts.values()].filter(({ held }) => held > 0).map(summary)
    this.#bursts.clear()
    return written
  }
}

function summary({ last, held }: Burst): LogRecord {
  return { ...last, fields: { ...last.fields, repeated: held } }
}

function keyOf({ level, logger, message, fields }: LogRecord): string {
  const { table, operation, error_type: type, error } = fields
  return JSON.stringify([level, logger, message, table, operation, type, error])
}
