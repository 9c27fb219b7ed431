import type { LoggerName } from '../../config/loggers.ts'
import type { LogLevel } from '../../config/logging-section.ts'
import type { Clock, Timer } from '../../core/clock.ts'
import type { Signal, Signals } from '../../core/signals.ts'
import { describeSignal } from './describe-signal.ts'
import { datedLine, jsonLine, maskedLine, type DatedLine } from './format-line.ts'
import { newLogCounts, type LogCounts } from './log-counts.ts'
import type { LogRecord } from './log-record.ts'
import type { Repeats } from './repeats.ts'
import type { SecretMask } from './secret-mask.ts'

/** Something that takes dated lines. */
export interface LineOutput {
  /** `json` is the line as JSON without its newline. Answers how many lines were lost by this call; never throws, never waits. */
  write(line: DatedLine, json: string): number
}

/** Turns signals into log lines, and takes records of other origin. */
export interface LogWriter extends Signals {
  write(record: LogRecord): void
}

/** What a log is made of. */
export interface LogParts {
  readonly levels: { isOn(logger: LoggerName, level: LogLevel): boolean }
  readonly outputs: readonly LineOutput[]
  readonly repeats: Repeats
  readonly mask: SecretMask
  readonly recordId: (key: string) => string | undefined
  readonly clock: Pick<Clock, 'now' | 'setTimer'>
}

/** The log: levels, repeats, masking, then all outputs. Never throws, never waits. Closing it writes what was held back. */
export class Log implements LogWriter, Disposable {
  readonly #parts: LogParts
  readonly #counts = newLogCounts()
  #repeatTimer: Timer | null = null

  constructor(parts: LogParts) {
    this.#parts = parts
  }

  /** What was written and lost so far. */
  get counts(): LogCounts {
    return this.#counts
  }

  emit(signal: Signal): void {
    for (const record of describeSignal(signal)) this.write(record)
  }

  write(record: LogRecord): void {
    const { levels, repeats, clock } = this.#parts
    if (!levels.isOn(record.logger ?? 'sync_app', record.level)) return
    if (repeats.admits(record, clock.now())) this.#put(record)
    else this.#counts.collapsed++
    this.#tellRepeats()
  }

  /** Writes the counts of what was held back. The outputs are closed by whoever opened them. */
  [Symbol.dispose](): void {
    this.#repeatTimer?.cancel()
    for (const record of this.#parts.repeats.drain()) this.#put(record)
  }

  #tellRepeats(): void {
    const { repeats, clock } = this.#parts
    const nowMs = clock.now()
    for (const record of repeats.due(nowMs)) this.#put(record)
    const nextMs = repeats.nextDueMs()
    if (nextMs === null) return
    this.#repeatTimer ??= clock.setTimer(nextMs - nowMs, () => {
      this.#repeatTimer = null
      this.#tellRepeats()
    })
  }

  #put(record: LogRecord): void {
    const { outputs, mask, recordId, clock } = this.#parts
    let line = datedLine(record, { nowMs: clock.now(), recordId })
    let json = jsonLine(line)
    if (mask.mayHold(json)) {
      line = maskedLine(line, mask.hide)
      json = jsonLine(line)
    }
    this.#counts.lines[record.level]++
    for (const output of outputs) this.#counts.writeErrors += output.write(line, json)
  }
}
