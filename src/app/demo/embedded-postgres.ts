import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { findFreePort } from './free-port.ts'
import { preparePostgresBinaries, type PostgresBinaries } from './postgres-binaries.ts'
import { createCluster, giveTo, SUPERUSER, writeSettings } from './postgres-cluster.ts'
import { PostgresProcess, type ShutdownMode } from './postgres-process.ts'
import { findTemporaryFolder, findUnprivilegedUser, type ProcessOwner } from './unprivileged-user.ts'

/** What a caller may choose about the PostgreSQL it starts. */
export interface PostgresOptions {
  /** Folder of the cluster, kept at the end and used again if it is one. By default a temporary one, removed at the end. */
  readonly dataDir?: string | undefined
  /** TCP port on 127.0.0.1; 0, the default, takes a free one. */
  readonly port?: number | undefined
  /** Settings of postgresql.conf by name, over the defaults of this file. */
  readonly settings?: Readonly<Record<string, string>> | undefined
  /** Major version, 14 to 18. Default: PG_VERSION of the environment, then the one that package.json pins. */
  readonly version?: number | undefined
  /** Whether data survives a crash of the machine, at the price of speed. Default false. It survives `kill` either way. */
  readonly durable?: boolean | undefined
}

const HOST = '127.0.0.1'
const SHUTDOWN_TIMEOUT_MS = 15_000
const ATTEMPTS = 100
const ATTEMPT_DELAY_MS = 100

const DEFAULT_SETTINGS = {
  wal_level: 'logical',
  max_replication_slots: '40',
  max_wal_senders: '40',
  max_connections: '200',
  shared_buffers: '256MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
}

const NOT_DURABLE = { fsync: 'off', full_page_writes: 'off' }

/**
 * Starts a real PostgreSQL from the npm package of this platform and waits until it accepts connections, for the demo,
 * tests and benchmarks. Needs nothing of the machine: runs for root too, then under an unprivileged user.
 *
 * The caller owns the server: `await using server = await startPostgres()`. Should this process die without ending it,
 * even by SIGKILL, the server ends by itself and its temporary files go.
 *
 * @throws {Error} when the version is not installed, or with the last lines of the server's log when it does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<EmbeddedPostgres> {
  const owner = await findUnprivilegedUser()
  const temporaryFolder = await findTemporaryFolder(owner)
  const binaries = await preparePostgresBinaries(temporaryFolder, options.version ?? versionOfEnvironment())
  const folder = await mkdtemp(join(temporaryFolder, 'pg-starrocks-sync-'))
  try {
    await giveTo(owner, folder)
    const dataDir = options.dataDir ?? join(folder, 'data')
    const password = await createCluster(binaries, dataDir, owner)
    const server = new EmbeddedPostgres({ binaries, owner, folder, dataDir, password, options })
    await server.restart()
    return server
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

function versionOfEnvironment(): number | undefined {
  const version = process.env['PG_VERSION']
  return version ? Number.parseInt(version, 10) : undefined
}

interface Cluster {
  readonly binaries: PostgresBinaries
  readonly owner: ProcessOwner | undefined
  /** Ours alone: holds the log, the socket and, unless one is given, the data. */
  readonly folder: string
  readonly dataDir: string
  readonly password: string
  readonly options: PostgresOptions
}

/** A PostgreSQL server and its cluster, from `startPostgres` to `stop`. */
export class EmbeddedPostgres {
  readonly host = HOST
  readonly superuser = SUPERUSER
  readonly #cluster: Cluster
  #settings: Readonly<Record<string, string>>
  #port: number
  #process: PostgresProcess | undefined
  #hasStarted = false
  #wasKilled = false

  constructor(cluster: Cluster) {
    this.#cluster = cluster
    this.#port = cluster.options.port ?? 0
    this.#settings = {
      ...DEFAULT_SETTINGS,
      ...(cluster.options.durable ? {} : NOT_DURABLE),
      ...cluster.options.settings,
    }
  }

  /** 14, 15, ... 18. */
  get majorVersion(): number {
    return this.#cluster.binaries.majorVersion
  }

  /** The same after every restart. */
  get port(): number {
    return this.#port
  }

  /** The superuser's, random. */
  get password(): string {
    return this.#cluster.password
  }

  /** Folder of the unix socket; only the server's user and root can enter it. */
  get socketDir(): string {
    return this.#cluster.folder
  }

  /** Where the cluster is. */
  get dataDir(): string {
    return this.#cluster.dataDir
  }

  /** What the server wrote to its log, over all its starts. Gone after `stop`. */
  get logFile(): string {
    return join(this.#cluster.folder, 'server.log')
  }

  /** The superuser's connection to the database `postgres`. */
  get url(): string {
    return this.urlOf('postgres')
  }

  /** Number of the main server process. @throws {Error} when the server does not run. */
  get pid(): number {
    if (this.#process === undefined) throw new Error('PostgreSQL is not running.')
    return this.#process.pid
  }

  /** The superuser's connection to `database`. */
  urlOf(database: string): string {
    return `postgres://${SUPERUSER}:${this.password}@${HOST}:${this.#port}/${encodeURIComponent(database)}`
  }

  /**
   * Shuts the server down if it runs (`fast` by default) and starts it again on the same port, with `settings` changed
   * for this start and the following ones. Also what brings it back after `halt` and `kill`.
   */
  async restart(change: { mode?: ShutdownMode; settings?: Readonly<Record<string, string>> } = {}): Promise<void> {
    await this.halt({ mode: change.mode })
    this.#settings = { ...this.#settings, ...change.settings }
    await this.#start()
    this.#wasKilled = false
  }

  /** Shuts the server down and keeps its data for `restart`. Default mode `fast`. */
  async halt(how: { mode?: ShutdownMode | undefined } = {}): Promise<void> {
    await this.#process?.end(how.mode ?? 'fast', SHUTDOWN_TIMEOUT_MS)
    this.#process = undefined
  }

  /** Crashes the server by SIGKILL of its main process and keeps its data for `restart`, which then recovers. */
  async kill(): Promise<void> {
    await this.#process?.kill()
    this.#wasKilled = this.#process !== undefined || this.#wasKilled
    this.#process = undefined
  }

  /**
   * Shuts the server down for good and removes all that it left, but not a `dataDir` that was given. Default mode
   * `fast` for a given `dataDir`, `immediate` otherwise. Safe to call twice.
   */
  async stop(how: { mode?: ShutdownMode | undefined } = {}): Promise<void> {
    // Only a start of the same cluster frees the shared memory of a killed server.
    if (this.#wasKilled) await this.restart().catch(() => undefined)
    this.#wasKilled = false
    await this.halt({ mode: how.mode ?? (this.#cluster.options.dataDir === undefined ? 'immediate' : 'fast') })
    await rm(this.#cluster.folder, { recursive: true, force: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #start(): Promise<void> {
    const { binaries, owner, folder, dataDir } = this.#cluster
    for (let attempt = 1; ; attempt += 1) {
      if (this.#port === 0) this.#port = await findFreePort()
      await writeSettings(dataDir, this.#effectiveSettings(), owner)
      try {
        this.#process = await PostgresProcess.start({
          program: binaries.postgres,
          dataDir,
          logFile: this.logFile,
          url: this.url,
          owner,
          folderOfOrphan: folder,
        })
        this.#hasStarted = true
        return
      } catch (error) {
        if (attempt === ATTEMPTS || !(error instanceof Error) || !this.#passesByItself(error.message)) throw error
        await delay(ATTEMPT_DELAY_MS)
      }
    }
  }

  #effectiveSettings(): Readonly<Record<string, string>> {
    return {
      listen_addresses: HOST,
      unix_socket_directories: this.socketDir,
      ...this.#settings,
      port: String(this.#port),
    }
  }

  #passesByItself(message: string): boolean {
    // The children of a killed server hold its shared memory until they notice.
    if (message.includes('pre-existing shared memory block')) return true
    if (!message.includes('Address already in use')) return false
    if (this.#hasStarted) return true
    this.#port = this.#cluster.options.port ?? 0
    return this.#port === 0
  }
}
