import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { BenchDatabase } from './source.ts'
import type { BenchTarget } from './target.ts'

const PROGRAM = new URL('../../bin/sync-app', import.meta.url).pathname

/** How a service is configured. */
export interface ServiceSetup {
  readonly database: BenchDatabase
  readonly target: BenchTarget
  readonly slot: string
  /** Lines under `sync:`. */
  readonly sync?: Readonly<Record<string, string | number>> | undefined
  readonly publication?: string | undefined
  /** Nothing is measured or served. */
  readonly unwatched?: boolean | undefined
  /** Which tables; default: all. */
  readonly tables?: readonly string[] | undefined
}

/** A line of the log, with the moment at which it arrived here. */
export interface LogLine {
  readonly atMs: number
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** `sync-app run` in a process of its own, seen through its log lines. */
export class BenchService implements AsyncDisposable {
  readonly pid: number
  readonly lines: LogLine[] = []
  readonly #child: ChildProcess
  readonly #directory: string
  readonly #waiting = new Set<() => void>()
  #errors = ''

  private constructor(child: ChildProcess, directory: string) {
    this.pid = child.pid ?? 0
    this.#child = child
    this.#directory = directory
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => this.#take(line))
    child.stderr?.on('data', (text: Buffer) => (this.#errors += text.toString()))
    child.once('exit', () => this.#tell())
  }

  /** Starts it as a user does. `BENCH_NODE_OPTIONS` has further options of node, such as `--cpu-prof`. */
  static async start(setup: ServiceSetup): Promise<BenchService> {
    const directory = await mkdtemp(join(tmpdir(), 'bench-service-'))
    const path = join(directory, 'pipeline.yaml')
    await writeFile(path, pipelineFile(setup, directory))
    const env = { ...process.env, NODE_OPTIONS: process.env['BENCH_NODE_OPTIONS'] ?? '' }
    const child = spawn(PROGRAM, ['run', path], { env, stdio: ['ignore', 'pipe', 'pipe'] })
    return new BenchService(child, directory)
  }

  /** Resolves with the first line for which `wanted` answers true, now or later. @throws when the service ends first or it takes too long. */
  async line(wanted: (line: LogLine) => boolean, timeoutMs = 120_000): Promise<LogLine> {
    const deadline = performance.now() + timeoutMs
    for (let next = 0; ;) {
      for (; next < this.lines.length; next++) {
        const line = this.lines[next]
        if (line && wanted(line)) return line
      }
      if (this.#child.exitCode !== null || performance.now() > deadline) throw new Error(`in vain:\n${this.story}`)
      await this.#news(deadline - performance.now())
    }
  }

  /** Standard error and the last lines. */
  get story(): string {
    const last = this.lines.slice(-15).map(({ message, fields }) => `${message} ${JSON.stringify(fields)}`)
    return `${this.#errors}\n${last.join('\n')}`
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve))
      this.#child.kill('SIGTERM')
      const timer = setTimeout(() => this.#child.kill('SIGKILL'), 15_000)
      await ended
      clearTimeout(timer)
    }
    await rm(this.#directory, { recursive: true, force: true })
  }

  async #news(timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        this.#waiting.delete(done)
        resolve()
      }
      const timer = setTimeout(done, timeoutMs)
      this.#waiting.add(done)
    })
  }

  #tell(): void {
    for (const done of this.#waiting) done()
  }

  #take(text: string): void {
    const atMs = performance.now()
    try {
      const fields: unknown = JSON.parse(text)
      if (typeof fields === 'object' && fields !== null) {
        this.lines.push({ atMs, message: 'message' in fields ? String(fields.message) : '', fields: { ...fields } })
      }
    } catch {
      this.#errors += `${text}\n`
    }
    this.#tell()
  }
}

function pipelineFile(setup: ServiceSetup, directory: string): string {
  const { database, target, slot, tables, sync = {}, publication = 'bench', unwatched = false } = setup
  const lines = Object.entries(sync).map(([name, value]) => `  ${name}: ${value}`)
  const chosen = tables ? `tables: [${tables.map((name) => `{ source: "${name}" }`).join(', ')}]` : ''
  return `pipeline: bench
source: { url: "${database.url}", slot: ${slot}, publication: ${publication}, tls: { mode: disable } }
target: { fe_http: ["http://127.0.0.1:${target.httpPort}"], fe_mysql: "mysql://root@127.0.0.1:${target.mysqlPort}", database: bench, properties: { replication_num: 1 } }
http: { enabled: ${!unwatched}, port: 0, metrics_port: 0 }
sync:
  spool_directory: ${directory}
${lines.join('\n')}
${chosen}
`
}
