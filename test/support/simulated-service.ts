import { checkPostgres } from '../../src/app/health/check-postgres.ts'
import { checkSlot } from '../../src/app/health/check-slot.ts'
import { checkNodes } from '../../src/app/health/check-starrocks.ts'
import type { CheckDeps } from '../../src/app/health/check-deps.ts'
import { roundSource } from '../../src/app/monitor/alert-rounds.ts'
import { parseConfig } from '../../src/config/load-config.ts'
import { parseTableId } from '../../src/core/table-id.ts'
import type { EvaluationRound } from '../../src/observe/alerts/alert-instance.ts'
import { MetricRegistry } from '../../src/observe/metrics/metric-registry.ts'
import { MetricsObserver } from '../../src/observe/metrics/metrics-observer.ts'
import { SeriesTable } from '../../src/observe/metrics/series-table.ts'
import { SystemCollector } from '../../src/observe/system/system-collector.ts'
import { FakeClock } from './fake-clock.ts'

/** What surrounds the service; a test changes it as time goes by. */
export interface Surroundings {
  /** Rows that the source writes, per second. */
  writes: number
  /** Rows that the target takes, per second. */
  takes: number
  /** Share of batches that the target refuses once, 0 to 1. */
  refuses: number
  /** Time that a batch takes at least, milliseconds. */
  batchMs: number
  memoryUsed: number
  cpuUsed: number
  /** Share of the disk in use. */
  diskUsed: number
  backendDiskUsed: number
  /** How far the clock of the source is ahead, milliseconds. */
  sourceAheadMs: number
  walStatus: 'reserved' | 'unreserved' | 'lost'
  safeWalBytes: number
  retainedBytes: number
}

const WELL: Surroundings = {
  writes: 500,
  takes: 5000,
  refuses: 0,
  batchMs: 120,
  memoryUsed: 0.5,
  cpuUsed: 0.4,
  diskUsed: 0.5,
  backendDiskUsed: 0.4,
  sourceAheadMs: 10,
  walStatus: 'reserved',
  safeWalBytes: 9e9,
  retainedBytes: 1e8,
}

/** A clock that a test moves by hours at once. */
class HoursClock extends FakeClock {
  atMs = Date.UTC(2026, 0, 5, 9)

  override now(): number {
    return this.atMs
  }

  override monotonicMs(): number {
    return this.atMs
  }
}

const TABLE = parseTableId('public.users')
const GIGABYTE_KB = 1024 * 1024

/**
 * The metrics of a service whose surroundings are simulated: the real observer, checks, collector and rules, over a model of what the engine would signal,
 * the kernel say and the databases answer.
 */
export class SimulatedService {
  readonly around: Surroundings = { ...WELL }
  readonly clock = new HoursClock()
  readonly series = new SeriesTable(this.clock)
  /** When rules fired, in minutes from the start; until null: at the end. */
  readonly fired: [rule: string, fromMin: number, untilMin: number | null][] = []
  readonly #registry = new MetricRegistry({ announce: this.series.feed(), maxSeries: 10_000 })
  readonly #startMs = this.clock.atMs
  readonly #observer = new MetricsObserver({
    registry: this.#registry,
    clock: this.clock,
    heartbeatEveryMs: 5000,
    sourceClockOffsetMs: () => 0,
  })
  readonly #system
  readonly #checks
  readonly #rounds
  #backlog = 0
  #oldestMs: number | null = null
  #number = 0n
  #cpuTicks = 0
  #idleTicks = 0

  /** @param names the rules that are looked at */
  constructor(names: readonly string[]) {
    const { config } = parseConfig(
      'source: { url: "postgres://u:p@h/d" }\ntarget: { fe_http: http://h:1, fe_mysql: mysql://r@h:2 }',
      'x.yaml',
      { env: {}, readFile: () => '' },
    )
    const rules = config.alerting.rules.filter(({ name }) => names.includes(name))
    if (rules.length !== names.length) throw new Error(`unknown: ${names.join(', ')}`)
    const core = { series: this.series, registry: this.#registry, setup: { startedAtMs: this.#startMs } }
    this.#rounds = roundSource(core, { rules, objectives: config.alerting.objectives })
    this.#system = new SystemCollector(
      this.#registry,
      {
        read: (path) => Promise.resolve(this.#file(path)),
        space: () => Promise.resolve(spaceOf(this.around.diskUsed)),
        cpu: () => ({ user: 0, system: 0 }),
        residentBytes: () => 1e8,
        nowSeconds: () => this.clock.atMs / 1000,
      },
      { systemMetrics: 'off', directories: ['/var'] },
    )
    const deps: CheckDeps = Object({
      config,
      registry: this.#registry,
      clock: this.clock,
      sourceClock: { offsetMs: null },
      hasStarted: () => true,
      access: { source: { ask: this.#askSource.bind(this) }, sql: { select: this.#askTarget.bind(this) } },
    })
    this.#checks = [checkPostgres(deps), checkSlot(deps), checkNodes(deps)]
    this.#registry.gauge('sync_start_time_seconds', []).set(this.#startMs / 1000)
    this.#registry.gauge('sync_flush_interval_seconds', []).set(0.5)
    this.#observer.emit({ tag: 'took-over', epoch: 1n, position: '0/0' })
    this.#observer.emit({ tag: 'table-state', table: TABLE, state: { tag: 'streaming', generation: 1 } })
  }

  /** Lets time pass. */
  async pass(minutes: number, stepS = 15): Promise<void> {
    for (const untilMs = this.clock.atMs + minutes * 60_000; this.clock.atMs < untilMs;) {
      this.clock.atMs += stepS * 1000
      this.#pump(stepS)
      this.#cpuTicks += 400 * stepS * this.around.cpuUsed
      this.#idleTicks += 400 * stepS * (1 - this.around.cpuUsed)
      await this.#system.collect()
      for (const check of this.#checks) await check.run(new AbortController().signal)
      this.#note(await this.#rounds.next(this.clock.atMs))
    }
  }

  #note({ instances, atMs }: EvaluationRound): void {
    const minute = (atMs - this.#startMs) / 60_000
    for (const { rule, state } of instances) {
      const open = this.fired.find(([name, , until]) => name === rule && until === null)
      if (state === 'firing' && !open) this.fired.push([rule, minute, null])
      if (state === 'inactive' && open) open[2] = minute
    }
  }

  /** What the engine would signal in a step. */
  #pump(seconds: number): void {
    const { writes, takes, refuses, batchMs } = this.around
    const { atMs } = this.clock
    this.#backlog += writes * seconds
    if (this.#backlog > 0) this.#oldestMs ??= atMs - seconds * 1000
    const rows = Math.min(this.#backlog, takes * seconds)
    const failed = Math.round(rows * refuses)
    if (failed > 0)
      this.#observer.emit({ tag: 'rows-failed', code: 'SINK_BUSY', tables: [{ table: TABLE, rows: failed }] })
    const lagMs = (this.#backlog - rows) / Math.max(takes, 1) > 1 ? atMs - (this.#oldestMs ?? atMs) : 200
    this.#backlog -= rows
    if (rows > 0) this.#commit(rows, lagMs, batchMs)
    if (this.#backlog === 0) {
      this.#oldestMs = null
      this.#observer.emit({ tag: 'heartbeat', sentAtMs: atMs - 200, delayMs: 200 })
    } else {
      // The oldest that waits is as old as the backlog is long.
      this.#oldestMs = Math.max(this.#oldestMs ?? 0, atMs - (this.#backlog / Math.max(writes, 1)) * 1000)
    }
    this.#observer.emit({
      tag: 'pulse',
      pendingCommitMs: this.#oldestMs,
      pendingMarkerMs: this.#oldestMs,
      gatheringRows: this.#backlog,
      applyingRows: 0,
      lagBytes: this.#backlog * 100,
      receivedBytes: 0,
      spooledBytes: 0,
      pausedRatio: 0,
      pools: [],
    })
  }

  #commit(rows: number, lagMs: number, commitMs: number): void {
    this.#number += 1n
    const counts = { table: TABLE, inserts: rows, updates: 0, deletes: 0, filtered: 0 }
    this.#observer.emit({
      tag: 'batch-committed',
      number: this.#number,
      endLsn: '0/0',
      transactions: 1,
      rows,
      bytes: rows * 100,
      ageMs: 500 + commitMs,
      lagMs,
      oldestLagMs: lagMs,
      commitMs,
      loadMs: commitMs / 2,
      tables: [{ ...counts, loadedRows: rows, loadedBytes: rows * 100 }],
    })
  }

  #file(path: string): string | null {
    const ticks = `${Math.round(this.#cpuTicks)} 0 0 ${Math.round(this.#idleTicks)} 0 0 0 0`
    if (path === '/proc/stat')
      return ['cpu0', 'cpu1', 'cpu2', 'cpu3']
        .map((cpu) => `${cpu} ${ticks.replace(/\d+/g, (n) => String(Math.round(Number(n) / 4)))}`)
        .join('\n')
    if (path !== '/proc/meminfo') return null
    return `MemTotal: ${GIGABYTE_KB} kB\nMemAvailable: ${Math.round(GIGABYTE_KB * (1 - this.around.memoryUsed))} kB\n`
  }

  async #askSource<T>(
    _signal: AbortSignal,
    question: (session: { query: () => Promise<unknown> }) => Promise<T>,
  ): Promise<T> {
    const { walStatus, safeWalBytes, retainedBytes, sourceAheadMs } = this.around
    const row = {
      now_ms: String(this.clock.atMs + sourceAheadMs),
      in_recovery: false,
      active: true,
      wal_status: walStatus,
      safe_wal: walStatus === 'lost' ? null : String(safeWalBytes),
      retained: String(retainedBytes),
      lag: '0',
      spill_txns: '0',
      spill_bytes: '0',
    }
    return await question({ query: () => Promise.resolve([row]) })
  }

  #askTarget(sql: string): Promise<object> {
    const columns = ['Host', 'HttpPort', 'Alive', 'MaxDiskUsedPct']
    const disk = `${(this.around.backendDiskUsed * 100).toFixed(2)} %`
    return Promise.resolve({ columns, rows: sql === 'SHOW BACKENDS' ? [['be1', '8040', 'true', disk]] : [] })
  }
}

function spaceOf(used: number): { readonly size: number; readonly free: number; readonly available: number } {
  return { size: 1e12, free: 1e12 * (1 - used), available: 1e12 * (1 - used) }
}
