import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import mysql, { type Connection, type RowDataPacket } from 'mysql2/promise'
import { type HttpCall, type HttpReply, httpRequest } from './http-client.ts'

/** Members of a JSON reply. */
export type Reply = Readonly<Record<string, unknown>>

interface Ports {
  readonly mysqlPort: number
  readonly httpPort: number
  readonly beHttpPort: number
  readonly adminPort: number
  readonly frontends: readonly { readonly id: number; readonly mysqlPort: number; readonly httpPort: number }[]
  readonly backends: readonly { readonly id: number; readonly httpPort: number }[]
}

/** A stand-in of its own process, used through its ports only. */
export class RunningStandIn implements AsyncDisposable {
  readonly ports: Ports
  readonly dataDir: string
  readonly sql: Connection
  readonly #child: ChildProcess
  #keepsData = false

  private constructor(child: ChildProcess, dataDir: string, ports: Ports, sql: Connection) {
    this.#child = child
    this.dataDir = dataDir
    this.ports = ports
    this.sql = sql
  }

  static async start(
    flags: readonly string[] = [],
    dataDir = mkdtempSync(join(tmpdir(), 'stand-in-')),
  ): Promise<RunningStandIn> {
    const main = new URL('../../src/main.ts', import.meta.url).pathname
    const ports = ['--mysql-port', '--http-port', '--be-http-port', '--admin-port'].flatMap((flag) => [flag, '0'])
    const child = spawn(process.execPath, [main, ...ports, '--data', dataDir, ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const line = await new Promise<string>((resolve, reject) => {
      child.stdout.once('data', (data: Buffer) => resolve(data.toString()))
      child.once('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)))
    })
    const ready: unknown = JSON.parse(line)
    if (!isPorts(ready)) throw new Error('no readiness line')
    const password = flags[flags.indexOf('--password') + 1]
    const sql = await mysql.createConnection({
      host: '127.0.0.1',
      port: ready.mysqlPort,
      user: 'root',
      ...(flags.includes('--password') && password !== undefined ? { password } : {}),
      multipleStatements: true,
      dateStrings: true,
      supportBigNumbers: true,
      bigNumberStrings: true,
      // StarRocks names character set 33 (utf8mb3) for text, which mysql2 reads as CESU-8: four-byte characters would break.
      typeCast: (field, next) => (field.type === 'VAR_STRING' ? (field.buffer()?.toString('utf8') ?? null) : next()),
    })
    return new RunningStandIn(child, dataDir, ready, sql)
  }

  /** Ends the process and starts another on the same data. */
  async restart(signal: 'SIGTERM' | 'SIGKILL', flags: readonly string[] = []): Promise<RunningStandIn> {
    this.#keepsData = true
    await this.stop(signal)
    return await RunningStandIn.start(flags, this.dataDir)
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<number | null> {
    this.sql.destroy()
    const gone = new Promise<number | null>((resolve) => this.#child.once('exit', resolve))
    this.#child.kill(signal)
    return await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.stop('SIGTERM')
    if (!this.#keepsData) rmSync(this.dataDir, { recursive: true, force: true })
  }

  /** Rows of a query, each as an array of what mysql2 makes of the values. */
  async rows(sql: string): Promise<unknown[][]> {
    const [rows] = await this.sql.query<RowDataPacket[][]>({ sql, rowsAsArray: true })
    return rows.map((row) => [...row])
  }

  /** The message of the error that a statement must end in. */
  async refusal(sql: string): Promise<string> {
    try {
      await this.sql.query(sql)
    } catch (error) {
      return error instanceof Error ? error.message : String(error)
    }
    throw new Error(`no error from: ${sql}`)
  }

  /** A request to the FE that follows redirects with its credentials, as a client of StarRocks must. */
  async fe(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string | Buffer,
  ): Promise<Reply> {
    const reply = await this.raw('httpPort', method, path, headers, body)
    return reply.json
  }

  async be(
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string | Buffer,
  ): Promise<Reply> {
    const reply = await this.raw('beHttpPort', method, path, headers, body)
    return reply.json
  }

  // oxlint-disable-next-line max-params -- mirrors a request line
  async raw(
    port: 'httpPort' | 'beHttpPort' | 'adminPort',
    method: string,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    body?: string | Buffer,
  ): Promise<HttpReply> {
    return await httpRequest({ port: this.ports[port], method, path, headers, body, follow: true })
  }

  /** `PUT /api/{db}/{table}/_stream_load`. */
  async load(table: string, body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return await this.fe('PUT', `/api/d/${table}/_stream_load`, headers, body)
  }

  /** One step of a transaction in database `d`. */
  async txn(step: string, headers: Readonly<Record<string, string>>, body?: string | Buffer): Promise<Reply> {
    return await this.fe(step === 'load' ? 'PUT' : 'POST', `/api/transaction/${step}`, { db: 'd', ...headers }, body)
  }

  async state(label: string): Promise<unknown> {
    return (await this.fe('GET', `/api/d/get_load_state?label=${label}`))['state']
  }

  async fault(fault: object): Promise<void> {
    await this.raw('adminPort', 'POST', '/faults', {}, JSON.stringify([fault]))
  }

  /** `POST` to the admin port. */
  async admin(path: string): Promise<Reply> {
    const reply = await this.raw('adminPort', 'POST', path)
    if (reply.status !== 200) throw new Error(`${path}: ${reply.text}`)
    return reply.json
  }

  /** One request to any port, without following a redirect. */
  async once(port: number, method: string, path: string, more: Partial<HttpCall> = {}): Promise<HttpReply> {
    return await httpRequest({ port, method, path, headers: {}, follow: false, ...more })
  }
}

function isPorts(value: unknown): value is Ports {
  return typeof value === 'object' && value !== null && 'adminPort' in value && 'frontends' in value
}
