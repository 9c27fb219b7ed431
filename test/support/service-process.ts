import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { StandInPorts } from './stand-in-process.ts'

/** What a test says of its pipeline beside source and target. */
export interface PipelineFile {
  readonly sourceUrl: string
  readonly standIn: { readonly ports: Pick<StandInPorts, 'mysqlPort' | 'httpPort'> }
  readonly database: string
  /** Further YAML lines at the top level. */
  readonly more?: string | undefined
  /** Further entries of `http:`, each after a comma. */
  readonly http?: string | undefined
  /** Default: any free one. */
  readonly httpPort?: number | undefined
  /** Lines under `sync:`. */
  readonly sync?: string | undefined
}

/** Writes a pipeline file into a directory of its own; removed when disposed of. */
export async function writePipelineFile(file: PipelineFile): Promise<AsyncDisposable & { readonly path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'pipeline-'))
  const path = join(directory, 'pipeline.yaml')
  const { ports } = file.standIn
  await writeFile(
    path,
    `pipeline: shop
source: { url: "${file.sourceUrl}", slot: ${file.database}_slot, publication: ${file.database}_pub, tls: { mode: disable } }
target: { fe_http: ["http://127.0.0.1:${ports.httpPort}"], fe_mysql: "mysql://root@127.0.0.1:${ports.mysqlPort}", database: ${file.database}, properties: { replication_num: 1 } }
http: { port: ${file.httpPort ?? 0}, metrics_port: 0${file.http ?? ''} }
sync:
  flush_interval: 50ms
  ownership_window: 1s
  spool_directory: ${directory}
${file.sync ?? ''}
${file.more ?? ''}
`,
  )
  return { path, [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }) }
}

/** How a process ended. */
export interface Ending {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** `sync-app run` in a process of its own, its log lines kept. */
export class ServiceProcess implements AsyncDisposable {
  readonly lines: Record<string, unknown>[] = []
  readonly ended: Promise<Ending>
  readonly #child: ChildProcess
  #errors = ''

  /** @param environment such as SYNC_FAIL_POINT */
  constructor(path: string, environment: Readonly<Record<string, string>> = {}) {
    const program = new URL('../../src/main.ts', import.meta.url).pathname
    const child = spawn(process.execPath, [program, 'run', path], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...environment },
    })
    this.#child = child
    createInterface({ input: child.stdout }).on('line', (line) => this.#take(line))
    child.stderr.on('data', (text: Buffer) => (this.#errors += text.toString()))
    this.ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })))
  }

  /** Standard error and the last log lines, for messages of failed tests. */
  get story(): string {
    return `${this.#errors}\n${this.lines
      .slice(-25)
      .map((line) => JSON.stringify(line))
      .join('\n')}`
  }

  /** Where it listens; null until it has said so. */
  get ports(): { readonly port: number; readonly metricsPort: number } | null {
    const line = this.lines.find(({ message }) => message === 'Listening')
    return line ? { port: Number(line['port']), metricsPort: Number(line['metrics_port']) } : null
  }

  /** Log lines from WARNING on. */
  get alarms(): readonly string[] {
    const quiet = new Set<unknown>(['DEBUG', 'INFO', undefined])
    return this.lines.flatMap((line) => (quiet.has(line['level']) ? [] : [JSON.stringify(line)]))
  }

  get isRunning(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null
  }

  /** Whether SIGSTOP holds it, as the kernel says. */
  get isStopped(): boolean {
    if (!this.isRunning) return false
    return stateOf(this.#child.pid ?? 0).startsWith('T')
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  #take(line: string): void {
    try {
      const parsed: unknown = JSON.parse(line)
      this.lines.push(typeof parsed === 'object' && parsed !== null ? { ...parsed } : { message: line })
    } catch {
      this.lines.push({ message: line })
    }
  }

  /** Stops it in order, and the hard way when that takes longer than it may. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isRunning) return
    this.#child.kill('SIGCONT')
    this.#child.kill('SIGTERM')
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000)
    await this.ended
    clearTimeout(timer)
  }
}

/** The state letter of a process. Bare Linux machines have no `ps`, others no `/proc`. */
function stateOf(pid: number): string {
  if (process.platform !== 'linux')
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).trim()
  const line = readFileSync(`/proc/${pid}/stat`, 'utf8')
  return line.slice(line.lastIndexOf(')') + 2)
}
