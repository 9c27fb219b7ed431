import { createWriteStream, type WriteStream } from 'node:fs'
import type { Clock } from './clock.ts'

/** One line of JSON for each request that reached the stand-in; nothing without `--log`. */
export class RequestLog {
  readonly #stream: WriteStream | undefined
  readonly #clock: Clock

  constructor(file: string | undefined, clock: Clock) {
    this.#stream = file === undefined ? undefined : createWriteStream(file, { flags: 'a' })
    this.#clock = clock
  }

  write(entry: Readonly<Record<string, unknown>>): void {
    if (this.#stream === undefined) return
    this.#stream.write(`${JSON.stringify({ atMs: this.#clock.nowMs(), ...entry })}\n`)
  }

  async close(): Promise<void> {
    const stream = this.#stream
    if (stream === undefined) return
    await new Promise<void>((resolve) => stream.end(() => resolve()))
  }
}
