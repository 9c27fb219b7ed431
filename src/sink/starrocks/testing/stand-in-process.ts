import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import * as z from 'zod'
import type { StarRocksTarget } from '../target.ts'

const MAIN = fileURLToPath(new URL('../../../../stand-in/src/main.ts', import.meta.url))

const readyLine = z.object({
  mysqlPort: z.number(),
  httpPort: z.number(),
  beHttpPort: z.number(),
  adminPort: z.number(),
})

/** A fault as the stand-in's admin port takes it. */
export interface StandInFault {
  readonly match: {
    readonly path: 'commit' | 'load' | 'begin' | 'prepare' | 'rollback' | 'get_load_state' | 'query'
    readonly label?: string
    readonly table?: string
    readonly sql?: string
    readonly after?: number
  }
  readonly action: 'cut-before' | 'cut-after' | 'publish-timeout' | 'delay' | 'too-many-versions' | 'fail' | 'false-ok'
  readonly ms?: number
  readonly text?: string
  readonly times?: number
}

/** The StarRocks stand-in as a process of its own, with a new data directory. */
export class StandInProcess implements AsyncDisposable {
  readonly #ports: z.infer<typeof readyLine>
  readonly #stop: () => Promise<void>

  constructor(ports: z.infer<typeof readyLine>, stop: () => Promise<void>) {
    this.#ports = ports
    this.#stop = stop
  }

  /** Starts it on free ports. @throws when it ends before it is ready. */
  static async start(...options: readonly string[]): Promise<StandInProcess> {
    const directory = await mkdtemp(join(tmpdir(), 'sync-stand-in-'))
    const ports = ['--mysql-port', '0', '--http-port', '0', '--be-http-port', '0', '--admin-port', '0']
    const child = spawn(process.execPath, [MAIN, ...ports, '--data', directory, ...options], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    const lines = createInterface({ input: child.stdout })
    const first = await Promise.race([once(lines, 'line'), exited.then(() => Promise.reject(new Error('no stand-in')))])
    return new StandInProcess(readyLine.parse(JSON.parse(String(first[0]))), async () => {
      child.kill('SIGKILL')
      await exited
      await rm(directory, { recursive: true, force: true })
    })
  }

  /** How a sink reaches it. */
  target(parts: Partial<StarRocksTarget> = {}): StarRocksTarget {
    return {
      feHttp: [`http://127.0.0.1:${this.#ports.httpPort}`],
      feMysql: [{ host: '127.0.0.1', port: this.#ports.mysqlPort }],
      user: 'root',
      password: '',
      database: 'shop',
      otherDatabases: [],
      beHostMap: {},
      properties: { replication_num: '1' },
      ...parts,
    }
  }

  /** Sets faults beside those that are set. */
  async fault(...faults: readonly StandInFault[]): Promise<void> {
    await this.#admin('POST', '/faults', JSON.stringify(faults))
  }

  /** Takes every fault back. */
  async clearFaults(): Promise<void> {
    await this.#admin('DELETE', '/faults')
  }

  /** Forgets finished transactions' labels. */
  async evictLabels(): Promise<void> {
    await this.#admin('POST', '/evict-labels')
  }

  /** Loses what a back end forgets when it is restarted. */
  async restartBackEnd(): Promise<void> {
    await this.#admin('POST', '/restart-be')
  }

  async #admin(method: string, path: string, body: string | null = null): Promise<void> {
    const response = await fetch(`http://127.0.0.1:${this.#ports.adminPort}${path}`, { method, body })
    if (!response.ok) throw new Error(`${method} ${path}: ${await response.text()}`)
    await response.arrayBuffer()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stop()
  }
}
