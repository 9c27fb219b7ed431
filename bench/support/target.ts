import { type ChildProcess, spawn } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import mysql from 'mysql2/promise'

const PROGRAM = new URL('../../stand-in/src/main.ts', import.meta.url).pathname
const ANY_PORTS = ['--mysql-port', '0', '--http-port', '0', '--be-http-port', '0']

interface Ready {
  readonly mysqlPort: number
  readonly httpPort: number
}

/** A directory with what a stand-in has stored; copied so that each run begins alike. */
export class TargetState implements AsyncDisposable {
  readonly directory: string

  private constructor(directory: string) {
    this.directory = directory
  }

  static async create(): Promise<TargetState> {
    return new TargetState(await mkdtemp(join(tmpdir(), 'bench-target-')))
  }

  /** Another state, equal to this one. The stand-in on this one has ended. */
  async copy(): Promise<TargetState> {
    const other = await TargetState.create()
    await mkdir(other.directory, { recursive: true })
    await cp(this.directory, other.directory, { recursive: true })
    return other
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true })
  }
}

/** The StarRocks stand-in in a process of its own. */
export class BenchTarget implements AsyncDisposable {
  readonly pid: number
  readonly httpPort: number
  readonly mysqlPort: number
  readonly #child: ChildProcess
  readonly #pool: mysql.Pool

  private constructor(child: ChildProcess, ready: Ready) {
    this.pid = child.pid ?? 0
    this.httpPort = ready.httpPort
    this.mysqlPort = ready.mysqlPort
    this.#child = child
    const { mysqlPort: port } = ready
    this.#pool = mysql.createPool({ host: '127.0.0.1', port, user: 'root', dateStrings: true, connectionLimit: 2 })
  }

  /** @param discard loads are counted and thrown away, but for the service's own tables */
  static async start(state: TargetState, discard: boolean): Promise<BenchTarget> {
    const args = [PROGRAM, ...ANY_PORTS, '--data', state.directory, ...(discard ? ['--discard'] : [])]
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    for await (const line of createInterface({ input: child.stdout })) {
      const told: unknown = JSON.parse(line)
      if (isReady(told)) return new BenchTarget(child, told)
    }
    throw new Error(`the stand-in ended with code ${child.exitCode} before it was ready`)
  }

  async query(sql: string): Promise<readonly Record<string, unknown>[]> {
    const [rows] = await this.#pool.query<mysql.RowDataPacket[]>(sql)
    return rows
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#pool.end()
    if (this.#child.exitCode !== null) return
    const ended = new Promise((resolve) => this.#child.once('exit', resolve))
    this.#child.kill('SIGTERM')
    await ended
  }
}

function isReady(value: unknown): value is Ready {
  return typeof value === 'object' && value !== null && 'ready' in value && 'mysqlPort' in value
}
