import { mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LogFileConfig } from '../../../config/logging-section.ts'
import type { Clock, Timer } from '../../../core/clock.ts'
import { SyncError } from '../../../core/sync-error.ts'
import type { LogRecord } from '../log-record.ts'
import { Appender } from './appender.ts'
import { listBackups, shiftBackups } from './backups.ts'
import { compressBackups } from './compress-backups.ts'
import { repairBackups } from './repair-backups.ts'
import { surplusBackups } from './surplus-backups.ts'

/** Lines below WARNING wait at most so long. */
const FLUSH_AFTER_MS = 1_000
/** And at most so many bytes of them. */
const FLUSH_AT_BYTES = 64 * 1024
const LOOK_AFTER_BACKUPS_EVERY_MS = 3_600_000
/** After a rotation that failed. */
const ROTATE_AGAIN_AFTER_MS = 60_000

/** What the file tells of itself: to be logged elsewhere, or there. Never called from within a call of it. */
type Report = (record: LogRecord) => void

/**
 * The log file: JSON lines, rotated by size.
 *
 * A line from WARNING on is in the file when `write` returns, with everything before it; others within a second, so that a killed
 * process loses at most those. Whatever the file system does, nothing is thrown and nothing waits: lines that cannot be written are
 * counted as lost, and tried anew with the next ones. Follows its name when somebody else moves the file away.
 */
export class LogFile implements AsyncDisposable {
  readonly #config: LogFileConfig
  readonly #clock: Pick<Clock, 'now' | 'monotonicMs' | 'setTimer'>
  readonly #report: Report
  readonly #closing = new AbortController()
  #appender: Appender | null
  #waiting: string[] = []
  #waitingBytes = 0
  #flushTimer: Timer | null = null
  #careTimer: Timer | null = null
  #compressing: Promise<void> | null = null
  #lookedMs: number
  #rotateNotBeforeMs = 0
  #lostLines = 0

  /**
   * Opens it for appending, makes its directory, and mends what a crash left.
   * @throws {SyncError} CONFIG_INVALID when it cannot be opened.
   */
  constructor(config: LogFileConfig, clock: Pick<Clock, 'now' | 'monotonicMs' | 'setTimer'>, report: Report) {
    this.#config = config
    this.#clock = clock
    this.#report = report
    this.#lookedMs = clock.monotonicMs()
    try {
      mkdirSync(dirname(config.path), { recursive: true })
      repairBackups(config.path)
      this.#appender = this.#open()
    } catch (error) {
      throw new SyncError('CONFIG_INVALID', `logging.file.path: ${config.path} cannot be opened for writing`, {
        cause: error,
        remedy: 'Name a file in a directory that the service may write to.',
      })
    }
    this.#careForBackups()
  }

  /** Takes a line with its newline; `atOnce` for what must not be lost. Answers how many lines were lost: they are in no file. */
  write(line: string, atOnce: boolean): number {
    if (this.#closing.signal.aborted) return 0
    const bytes = Buffer.byteLength(line)
    const lost = this.#isFull(bytes) ? this.flush() : 0
    if (this.#isFull(bytes)) this.#rotate()
    this.#waiting.push(line)
    this.#waitingBytes += bytes
    if (atOnce || this.#waitingBytes >= FLUSH_AT_BYTES) return lost + this.flush()
    this.#flushTimer ??= this.#clock.setTimer(FLUSH_AFTER_MS, () => void this.flush())
    return lost
  }

  /** Writes what waits. Answers how many lines could not be written. */
  flush(): number {
    this.#flushTimer?.cancel()
    this.#flushTimer = null
    const lines = this.#waiting
    if (lines.length === 0) return 0
    const bytes = Buffer.from(lines.join(''))
    this.#waiting = []
    this.#waitingBytes = 0
    try {
      this.#followName()
      this.#appender ??= this.#open()
      this.#appender.append(bytes)
    } catch (error) {
      this.#onLost(lines.length, error)
      return lines.length
    }
    this.#onWritten()
    return 0
  }

  /** Opens the file anew by its name: for a rotation by others (`SIGHUP`). */
  reopen(): void {
    this.flush()
    this.#close()
    try {
      this.#appender = this.#open()
    } catch (error) {
      this.#onLost(0, error)
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closing.signal.aborted) return
    this.flush()
    this.#closing.abort()
    this.#careTimer?.cancel()
    this.#close()
    await this.#compressing
  }

  #isFull(moreBytes: number): boolean {
    const heldBytes = (this.#appender?.bytes ?? 0) + this.#waitingBytes
    return heldBytes > 0 && heldBytes + moreBytes > this.#config.maxSizeBytes
  }

  /** Asked at most once a second: a name is looked up in some microseconds. */
  #followName(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#lookedMs < FLUSH_AFTER_MS) return
    this.#lookedMs = nowMs
    if (this.#appender?.isInPlace() === false) this.#close()
  }

  /** Somebody may have cleared the directory away. @throws {Error} of the file system. */
  #open(): Appender {
    mkdirSync(dirname(this.#config.path), { recursive: true })
    return new Appender(this.#config.path)
  }

  #close(): void {
    this.#appender?.[Symbol.dispose]()
    this.#appender = null
  }

  #rotate(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs < this.#rotateNotBeforeMs || this.#appender === null) return
    try {
      if (this.#appender.isInPlace()) shiftBackups(this.#config.path, this.#config.backupCount)
      this.#close()
      this.#appender = this.#open()
    } catch (error) {
      this.#rotateNotBeforeMs = nowMs + ROTATE_AGAIN_AFTER_MS
      this.#tell('WARNING', 'Log file cannot be rotated; it grows beyond its size', error)
    }
    this.#careForBackups()
  }

  /** Deletes the backups that are too many, too old or too large, and compresses the others in the background. */
  #careForBackups(): void {
    const { path, backupCount, retentionDays, maxSizeBytes, maxTotalSizeBytes = Infinity } = this.#config
    const bounds = { backupCount, retentionDays, totalBytes: Math.max(0, maxTotalSizeBytes - maxSizeBytes) }
    try {
      for (const backup of surplusBackups(listBackups(path), bounds, this.#clock.now())) rmSync(backup.path)
    } catch (error) {
      this.#tell('WARNING', 'Old log files cannot be deleted', error)
    }
    if (this.#config.compress) this.#compressing ??= this.#compress()
    this.#careTimer?.cancel()
    this.#careTimer = this.#clock.setTimer(LOOK_AFTER_BACKUPS_EVERY_MS, () => this.#careForBackups())
  }

  async #compress(): Promise<void> {
    try {
      await compressBackups(this.#config.path, this.#closing.signal)
    } catch (error) {
      if (!this.#closing.signal.aborted)
        this.#tell('WARNING', 'A log file cannot be compressed; it stays as it is', error)
    }
    this.#compressing = null
  }

  #onLost(lines: number, error: unknown): void {
    const isFirst = this.#lostLines === 0
    this.#lostLines += Math.max(lines, 1)
    if (isFirst) this.#tell('ERROR', 'Log file cannot be written', error)
    // The descriptor may be what is broken.
    this.#close()
  }

  #onWritten(): void {
    if (this.#lostLines === 0) return
    const fields = { path: this.#config.path, lost_lines: this.#lostLines }
    this.#lostLines = 0
    this.#later({ level: 'WARNING', logger: 'sync_app.logs', message: 'Log file can be written again', fields })
  }

  #tell(level: LogRecord['level'], message: string, error: unknown): void {
    const text = error instanceof Error ? error.message : String(error)
    const fields = { path: this.#config.path, error: text, remedy: 'Free space, or move logging.file.path.' }
    this.#later({ level, logger: 'sync_app.logs', message, fields })
  }

  /** Whoever is told writes lines: not while one is being written. */
  #later(record: LogRecord): void {
    queueMicrotask(() => this.#report(record))
  }
}
