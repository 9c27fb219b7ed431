import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import mysql from 'mysql2/promise'

/** Where a running stand-in listens. */
export interface StandInPorts {
  readonly mysqlPort: number
  readonly httpPort: number
  readonly beHttpPort: number
  readonly adminPort: number
}

/** Column types of the MySQL protocol that carry text. */
const TEXTS = new Set(['VAR_STRING', 'STRING', 'BLOB', 'JSON', 'VARCHAR'])

/** The StarRocks stand-in in a process of its own, on free ports, with data that goes when it ends. */
export class StandInProcess implements AsyncDisposable {
  readonly ports: StandInPorts
  readonly #child: ChildProcess
  readonly #directory: string
  readonly #pool: mysql.Pool

  private constructor(child: ChildProcess, ports: StandInPorts, directory: string) {
    this.#child = child
    this.ports = ports
    this.#directory = directory
    this.#pool = mysql.createPool({
      host: '127.0.0.1',
      port: ports.mysqlPort,
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

  /** @param options further options of the stand-in's command line */
  static async start(options: readonly string[] = []): Promise<StandInProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'stand-in-'))
    const ports = ['--mysql-port', '0', '--http-port', '0', '--be-http-port', '0', '--admin-port', '0']
    const program = new URL('../../stand-in/src/main.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [program, ...ports, '--data', directory, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    for await (const line of createInterface({ input: child.stdout })) {
      const told: unknown = JSON.parse(line)
      if (isReady(told)) return new StandInProcess(child, told, directory)
    }
    throw new Error(`the stand-in ended with code ${child.exitCode} before it was ready`)
  }

  /** Runs a statement; rows as texts and numbers, as the client library gives them. */
  async query(sql: string): Promise<readonly Record<string, unknown>[]> {
    const [rows] = await this.#pool.query(sql)
    if (!Array.isArray(rows)) return []
    return rows.map((row) => Object.fromEntries(Object.entries(row)))
  }

  /** Sets faults: see the stand-in's admin port. */
  async faults(list: readonly unknown[]): Promise<void> {
    await this.#admin('POST', '/faults', list)
  }

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

  /** Loses every transaction that is not prepared. */
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
    await this.#pool.end()
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    if (this.#child.exitCode === null && this.#child.kill('SIGTERM')) await ended
    await rm(this.#directory, { recursive: true, force: true })
  }
}

function isReady(value: unknown): value is StandInPorts {
  return typeof value === 'object' && value !== null && 'ready' in value && 'mysqlPort' in value
}
