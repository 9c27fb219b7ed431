import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Clock } from '../../core/clock.ts'
import { guardAgainstOrphan, type OrphanGuard } from './orphan-guard.ts'

/** A program of this repository in a process of its own. */
export interface DemoChildOptions {
  /** What it is, for messages. */
  readonly name: string
  /** The program's file and its arguments. */
  readonly args: readonly string[]
  /** Removed when this process dies and leaves the child behind. */
  readonly folder: string
  readonly clock: Clock
  /** Takes each line of standard output and standard error. */
  readonly onLine: (line: string) => void
}

const STOP_TIMEOUT_MS = 10_000

/**
 * A child process that lives as long as this object, and not longer than this process. It has a session of its own: Ctrl-C on a
 * terminal is for us, and we end it in our own time.
 */
export class DemoChild implements AsyncDisposable {
  /** Resolves to how it ended. */
  readonly ended: Promise<string>
  readonly #child: ChildProcess
  readonly #guard: OrphanGuard
  readonly #clock: Clock

  private constructor(child: ChildProcess, guard: OrphanGuard, options: DemoChildOptions) {
    this.#child = child
    this.#guard = guard
    this.#clock = options.clock
    this.ended = once(child, 'exit').then(() => {
      guard.release()
      return `${options.name} ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`
    })
  }

  /** Starts the program. @throws {Error} when there is none. */
  static async start(options: DemoChildOptions): Promise<DemoChild> {
    const child = spawn(process.execPath, [...options.args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', options.onLine)
    await once(child, 'spawn')
    if (child.pid === undefined) throw new Error(`${options.name} got no process number.`)
    return new DemoChild(child, guardAgainstOrphan(child.pid, options.folder, undefined), options)
  }

  /** Asks it to end, and ends it when it does not. Safe to call twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    this.#child.kill('SIGTERM')
    const timer = this.#clock.setTimer(STOP_TIMEOUT_MS, () => this.#child.kill('SIGKILL'))
    await this.ended
    timer.cancel()
    this.#guard.release()
  }
}
