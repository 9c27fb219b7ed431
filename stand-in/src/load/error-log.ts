import { appendFileSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import type { Settings } from '../settings.ts'

/** How many refused rows one load describes (reference/starrocks.md 1.4). */
const maxLines = 50

/** The files behind `ErrorURL`: one a load that refused rows, in the data directory. */
export class ErrorLogs {
  readonly #dir: string
  readonly #settings: Settings
  readonly #clock: Clock

  constructor(dataDir: string, settings: Settings, clock: Clock) {
    this.#dir = join(dataDir, 'error_log')
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

  open(id: string): ErrorLog {
    return new ErrorLog(this.#dir, `error_log_${id}`)
  }
}

/** The refused rows of one load; the file exists once there is a first one. */
export class ErrorLog {
  readonly name: string
  readonly #path: string
  #count = 0
  readonly #lines: string[] = []

  constructor(dir: string, name: string) {
    this.name = name
    this.#path = join(dir, name)
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
    if (this.#count++ >= maxLines) return
    const line = `Error: ${message}. Row: ${row().slice(0, 1000)}`
    this.#lines.push(line)
    appendFileSync(this.#path, `${line}\n`)
  }
}
