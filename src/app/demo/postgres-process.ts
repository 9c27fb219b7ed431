import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { open, readFile, stat } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import pg from 'pg'
import { guardAgainstOrphan, type OrphanGuard } from './orphan-guard.ts'
import { SERVER_ENVIRONMENT } from './postgres-cluster.ts'
import type { ProcessOwner } from './unprivileged-user.ts'

/** How a server is asked to end: wait for the clients, disconnect them, or drop everything and recover at the next start. */
export type ShutdownMode = 'smart' | 'fast' | 'immediate'

/** @see https://www.postgresql.org/docs/current/server-shutdown.html */
const SHUTDOWN_SIGNALS = { smart: 'SIGTERM', fast: 'SIGINT', immediate: 'SIGQUIT' } as const

const START_TIMEOUT_MS = 60_000
const PROBE_INTERVAL_MS = 10
const LOG_TAIL_LINES = 30

/** What one run of the server needs. */
export interface PostgresProcessOptions {
  readonly program: string
  readonly dataDir: string
  readonly logFile: string
  /** A superuser's connection, with which the server is proved ready. */
  readonly url: string
  readonly owner: ProcessOwner | undefined
  /** Removed when this process dies and leaves the server behind. */
  readonly folderOfOrphan: string
}

/**
 * One run of the `postgres` program, from the moment at which it accepts connections to its end.
 *
 * Time here is real time and not a `Clock`: another program is waited for, and it knows no other.
 */
export class PostgresProcess {
  readonly #child: ChildProcess
  readonly #exited: Promise<unknown>
  readonly #guard: OrphanGuard
  readonly pid: number

  private constructor(child: ChildProcess, pid: number, guard: OrphanGuard) {
    this.#child = child
    this.#exited = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : Promise.resolve()
    this.#guard = guard
    this.pid = pid
  }

  /**
   * Starts the server and waits until a connection succeeds.
   *
   * @throws {Error} with the last lines of the server's log when it ends, or is not ready within a minute.
   */
  static async start(options: PostgresProcessOptions): Promise<PostgresProcess> {
    const logStart = await stat(options.logFile).then(
      (log) => log.size,
      () => 0,
    )
    const server = await PostgresProcess.#spawn(options)
    try {
      await server.#waitUntilReady(options.url)
      return server
    } catch (error) {
      await server.end('immediate', 5_000)
      const log = (await readFile(options.logFile)).subarray(logStart).toString('utf8').trimEnd()
      const tail = log.split('\n').slice(-LOG_TAIL_LINES).join('\n')
      const reason = error instanceof Error ? error.message : String(error)
      throw new Error(`PostgreSQL did not start: ${reason}. The end of its log:\n${tail}`, { cause: error })
    }
  }

  static async #spawn(options: PostgresProcessOptions): Promise<PostgresProcess> {
    const log = await open(options.logFile, 'a')
    try {
      // A session of its own: Ctrl-C on a terminal is for us, and we end the server in our own time.
      const child = spawn(options.program, ['-D', options.dataDir], {
        ...options.owner,
        cwd: '/',
        env: SERVER_ENVIRONMENT,
        detached: true,
        stdio: ['ignore', log.fd, log.fd],
      })
      await once(child, 'spawn')
      if (child.pid === undefined) throw new Error(`${options.program} got no process number.`)
      return new PostgresProcess(child, child.pid, guardAgainstOrphan(child.pid, options.folderOfOrphan, options.owner))
    } finally {
      await log.close()
    }
  }

  /** Whether the process has ended, by whatever cause. */
  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  /**
   * Ends the server and waits for it; past `timeoutMs` (a walsender may wait for a client that is stuck) it is ended
   * at once, as `immediate` does. Safe to call twice.
   */
  async end(mode: ShutdownMode, timeoutMs: number): Promise<void> {
    await this.#signal(SHUTDOWN_SIGNALS[mode], timeoutMs)
    await this.#signal('SIGQUIT', 10_000)
    await this.kill()
  }

  /** Ends the main server process by SIGKILL. Its children notice that by themselves, a little later. */
  async kill(): Promise<void> {
    await this.#signal('SIGKILL', undefined)
    this.#guard.release()
  }

  async #signal(signal: NodeJS.Signals, timeoutMs: number | undefined): Promise<void> {
    if (this.hasEnded) return
    this.#child.kill(signal)
    if (timeoutMs === undefined) {
      await this.#exited
      return
    }
    const timeout = new AbortController()
    await Promise.race([this.#exited, delay(timeoutMs, undefined, { signal: timeout.signal }).catch(() => undefined)])
    timeout.abort()
  }

  async #waitUntilReady(url: string): Promise<void> {
    const deadline = performance.now() + START_TIMEOUT_MS
    for (;;) {
      if (this.hasEnded)
        throw new Error(`it ended with ${this.#child.signalCode ?? `exit code ${this.#child.exitCode}`}`)
      const failure = await tryToConnect(url)
      if (failure === undefined) return
      if (performance.now() > deadline) {
        throw new Error(`not ready after ${START_TIMEOUT_MS / 1000} s (${failure.message})`, { cause: failure })
      }
      await delay(PROBE_INTERVAL_MS)
    }
  }
}

async function tryToConnect(url: string): Promise<Error | undefined> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    await client.query('select 1')
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  } finally {
    await client.end().catch(() => undefined)
  }
}
