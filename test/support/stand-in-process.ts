import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import mysql from 'mysql2/promise'

const MAIN = fileURLToPath(new URL('../../stand-in/src/main.ts', import.meta.url))

/** Where a running stand-in listens. */
export interface StandInPorts {
  readonly mysqlPort: number
  readonly httpPort: number
  readonly beHttpPort: number
  readonly adminPort: number
}

/** A fault as the stand-in's admin port takes it; it strikes once unless `times` says otherwise. */
export interface StandInFault {
  readonly match: {
    readonly path: 'commit' | 'load' | 'begin' | 'prepare' | 'rollback' | 'get_load_state' | 'query'
    /** A regular expression. */
    readonly label?: string | undefined
    readonly table?: string | undefined
    /** A regular expression. */
    readonly sql?: string | undefined
    /** Matching requests that pass before it strikes. */
    readonly after?: number | undefined
  }
  readonly action: 'cut-before' | 'cut-after' | 'publish-timeout' | 'delay' | 'too-many-versions' | 'fail' | 'false-ok'
  readonly ms?: number | undefined
  readonly text?: string | undefined
  readonly times?: number | undefined
}

/** Column types of the MySQL protocol that carry text. */
const TEXTS = new Set(['VAR_STRING', 'STRING', 'BLOB', 'JSON', 'VARCHAR'])

const ANY_PORTS: StandInPorts = { mysqlPort: 0, httpPort: 0, beHttpPort: 0, adminPort: 0 }

/** The StarRocks stand-in in a process of its own, on free ports, with data that goes when it ends. */
export class StandInProcess implements AsyncDisposable {
  readonly ports: StandInPorts
  readonly #directory: string
  readonly #options: readonly string[]
  #child: ChildProcess
  #pool: mysql.Pool | null = null

  private constructor(started: Started, directory: string, options: readonly string[]) {
    this.#child = started.child
    this.ports = started.ports
    this.#directory = directory
    this.#options = options
  }

  /** @param options further options of the stand-in's command line */
  static async start(options: readonly string[] = []): Promise<StandInProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'stand-in-'))
    return new StandInProcess(await startOn(ANY_PORTS, directory, options), directory, options)
  }

  /** Ends it by SIGKILL, as a crash does, and keeps its data for {@link startAgain}. */
  async kill(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.kill('SIGKILL')
    await exited
  }

  /** Starts it on the same data and ports. */
  async startAgain(): Promise<void> {
    await this.kill()
    this.#child = (await startOn(this.ports, this.#directory, this.#options)).child
  }

  /** Runs a statement; rows as texts and numbers, as the client library gives them. */
  async query(sql: string): Promise<readonly Record<string, unknown>[]> {
    this.#pool ??= openPool(this.ports.mysqlPort)
    const [rows] = await this.#pool.query(sql)
    if (!Array.isArray(rows)) return []
    return rows.map((row) => Object.fromEntries(Object.entries(row)))
  }

  /** Sets faults beside those that are set. */
  async faults(list: readonly StandInFault[]): Promise<void> {
    await this.#admin('POST', '/faults', list)
  }

  /** Takes every fault back. */
  async clearFaults(): Promise<void> {
    await this.#admin('DELETE', '/faults')
  }

  /** The faults that have not struck yet, as text. */
  async faultsLeft(): Promise<readonly string[]> {
    const list: unknown = JSON.parse(await this.#admin('GET', '/faults'))
    return Array.isArray(list) ? list.map((fault) => JSON.stringify(fault)) : []
  }

  /** Forgets every label that is not open. */
  async evictLabels(): Promise<void> {
    await this.#admin('POST', '/evict-labels')
  }

  /** Loses what a back end forgets when it is restarted: every transaction that is not prepared. */
  async restartBackEnd(): Promise<void> {
    await this.#admin('POST', '/restart-be')
  }

  async #admin(method: string, path: string, body?: unknown): Promise<string> {
    const url = `http://127.0.0.1:${this.ports.adminPort}${path}`
    const answer = await fetch(url, body === undefined ? { method } : { method, body: JSON.stringify(body) })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`)
    return text
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool?.end()
    await this.kill()
    await rm(this.#directory, { recursive: true, force: true })
  }
}

interface Started {
  readonly child: ChildProcess
  readonly ports: StandInPorts
}

async function startOn(ports: StandInPorts, directory: string, options: readonly string[]): Promise<Started> {
  const http = ['--http-port', String(ports.httpPort), '--be-http-port', String(ports.beHttpPort)]
  const others = ['--mysql-port', String(ports.mysqlPort), '--admin-port', String(ports.adminPort)]
  const child = spawn(process.execPath, [MAIN, ...http, ...others, '--data', directory, ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const told: unknown = JSON.parse(line)
    if (isReady(told)) return { child, ports: told }
  }
  throw new Error(`the stand-in ended with code ${child.exitCode} before it was ready`)
}

function openPool(port: number): mysql.Pool {
  return mysql.createPool({
    host: '127.0.0.1',
    port,
    user: 'root',
    password: '',
    dateStrings: true,
    supportBigNumbers: true,
    bigNumberStrings: true,
    decimalNumbers: false,
    // StarRocks calls its character set utf8 (33), from which this client concludes that characters beyond the BMP are surrogates.
    typeCast: (field, next) => (TEXTS.has(field.type) ? (field.buffer()?.toString('utf8') ?? null) : next()),
    connectionLimit: 4,
  })
}

function isReady(value: unknown): value is StandInPorts {
  return typeof value === 'object' && value !== null && 'ready' in value && 'mysqlPort' in value
}
