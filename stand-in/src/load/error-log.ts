import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Settings } from '../settings.ts'

/** How many refused rows one load describes (reference/starrocks.md 1.4). */
const maxLines = 50

/** The files behind `ErrorURL`: one a load that refused rows, in the data directory. */
export class ErrorLogs {
  readonly #dir: string
  readonly #rejectedDir: string
  readonly #settings: Settings
  readonly #clock: Clock

  constructor(dataDir: string, settings: Settings, clock: Clock) {
    this.#dir = join(dataDir, 'error_log')
    this.#rejectedDir = join(dataDir, 'rejected_record')
    this.#settings = settings
    this.#clock = clock
    mkdirSync(this.#dir, { recursive: true })
  }

  /** Undefined when there is none of that name, or it has been kept long enough (reference/starrocks.md 1.4). */
  read(name: string): Buffer | undefined {
    if (!/^error_log_[\w-]+$/.test(name)) return undefined
    const path = join(this.#dir, name)
    try {
      const keptMs = this.#settings.number('load_error_log_reserve_hours') * 3_600_000
      if (this.#clock.nowMs() - statSync(path).mtimeMs < keptMs) return readFileSync(path)
      rmSync(path)
    } catch {
      return undefined
    }
    return undefined
  }

  /** `rejected`: how many refused rows are kept apart, -1 for all, and the folders of the file that has them (1.2). */
  open(id: string, rejected: { readonly keeps: number; readonly folders: readonly string[] }): ErrorLog {
    const folders = rejected.folders.map((name) => name.replaceAll(/[^-\w]/g, '_'))
    return new ErrorLog(
      { error: join(this.#dir, `error_log_${id}`), rejected: join(this.#rejectedDir, ...folders, id) },
      rejected.keeps,
    )
  }
}

/** The refused rows of one load; the file exists once there is a first one. */
export class ErrorLog {
  readonly name: string
  readonly #paths: { readonly error: string; readonly rejected: string }
  readonly #keeps: number
  #count = 0
  readonly #lines: string[] = []

  constructor(paths: { readonly error: string; readonly rejected: string }, keeps: number) {
    this.name = basename(paths.error)
    this.#paths = paths
    this.#keeps = keeps
  }

  /** The file of refused rows, once there is one. */
  get rejectedPath(): string | undefined {
    return this.#keeps === 0 || this.#count === 0 ? undefined : this.#paths.rejected
  }

  get isEmpty(): boolean {
    return this.#count === 0
  }

  /** The first refusal, for statements whose error text shows it. */
  get first(): string | undefined {
    return this.#lines[0]
  }

  /** All that is in the file. */
  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join('')
  }

  add(message: string, row: () => string): void {
    const before = this.#count++
    if (this.#keeps === -1 || before < this.#keeps) this.#reject(message, row(), before === 0)
    if (before >= maxLines) return
    const line = `Error: ${message}. Row: ${row().slice(0, 1000)}`
    this.#lines.push(line)
    appendFileSync(this.#paths.error, `${line}\n`)
  }

  /** A line of the row, the reason and the file that it came from, which a load has not. */
  #reject(message: string, row: string, isFirst: boolean): void {
    if (isFirst) mkdirSync(dirname(this.#paths.rejected), { recursive: true })
    appendFileSync(this.#paths.rejected, `${row}\t${message}\t\n`)
  }
}
