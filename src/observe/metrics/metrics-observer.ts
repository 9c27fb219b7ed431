import type { Clock } from '../../core/clock.ts'
import type { PoolUse } from '../../core/pool-use.ts'
import type { Signal, Signals } from '../../core/signals.ts'
import { tableLabel } from '../../core/table-label.ts'
import type { TableId } from '../../core/table-id.ts'
import type { TableState } from '../../core/table-state.ts'
import { errorTypeOf } from './error-type.ts'
import { LagKeeper } from './lag-keeper.ts'
import type { MetricRegistry } from './metric-registry.ts'
import { PipelineSeries } from './pipeline-series.ts'
import { TableSeries } from './table-series.ts'

type Tagged<T extends Signal['tag']> = Extract<Signal, { readonly tag: T }>

/** What shows that the pipeline gets on. */
const PROGRESS: ReadonlySet<Signal['tag']> = new Set([
  'batch-committed',
  'checkpoint-moved',
  'chunk-loaded',
  'heartbeat',
  'took-over',
])

/** What the observer works with. */
export interface MetricsObserverDeps {
  readonly registry: MetricRegistry
  readonly clock: Pick<Clock, 'now'>
  readonly heartbeatEveryMs: number
  /** How far the source's clock is ahead of ours, milliseconds; 0 while that is not known. */
  readonly sourceClockOffsetMs: () => number
}

/** Counts what signals tell, once per batch: no row costs anything. */
export class MetricsObserver implements Signals {
  readonly #deps: MetricsObserverDeps
  readonly #tables = new Map<TableId, TableSeries>()
  readonly #pipeline: PipelineSeries
  readonly #lag: LagKeeper

  constructor(deps: MetricsObserverDeps) {
    this.#deps = deps
    this.#pipeline = new PipelineSeries(deps.registry)
    this.#lag = new LagKeeper(deps.registry, deps.heartbeatEveryMs)
  }

  emit(signal: Signal): void {
    if (PROGRESS.has(signal.tag)) this.#lag.progressed(this.#deps.clock.now())
    switch (signal.tag) {
      case 'batch-committed':
        this.#batchCommitted(signal)
        break
      case 'pulse':
        this.#pulse(signal)
        break
      case 'chunk-loaded':
        this.#table(signal.table).countChunk(signal, this.#deps.clock.now())
        this.#pipeline.countChunk(signal)
        break
      case 'table-state':
        this.#tableState(signal.table, signal.state)
        break
      case 'rows-failed':
        this.#rowsFailed(signal)
        break
      case 'attempt-failed':
        this.#pipeline.countError(signal.error.code, signal.retryInMs !== null)
        break
      default:
        this.#emitRare(signal)
    }
  }

  #emitRare(signal: Signal): void {
    const { clock, registry } = this.#deps
    switch (signal.tag) {
      case 'heartbeat':
        this.#lag.markerCameBack(signal.sentAtMs)
        this.#lag.write(this.#tables.values())
        break
      case 'took-over':
        this.#pipeline.sessionStarted()
        this.#lag.session(true)
        break
      case 'session-ended':
        this.#pipeline.sessionEnded()
        this.#lag.session(false)
        this.#lag.write(this.#tables.values())
        break
      case 'service-started':
        for (const guarantee of ['atomic', 'converging'])
          registry.gauge('sync_guarantee', [guarantee]).set(guarantee === signal.guarantee ? 1 : 0)
        break
      case 'table-refused':
        this.#table(signal.table).take({ tag: 'waiting' }, clock.now())
        break
      case 'values-reread':
        this.#table(signal.table).countReread(signal.from, signal.rows)
        break
      default:
        this.#pipeline.countEvent(signal)
    }
  }

  #batchCommitted(signal: Tagged<'batch-committed'>): void {
    const nowMs = this.#deps.clock.now()
    const offsetMs = this.#deps.sourceClockOffsetMs()
    const latencySeconds = signal.ageMs / 1000
    for (const counts of signal.tables) this.#table(counts.table).countBatch(counts, latencySeconds, nowMs)
    this.#pipeline.countBatch(signal, offsetMs)
    this.#lag.known(nowMs - signal.lagMs - offsetMs)
  }

  #pulse(signal: Tagged<'pulse'>): void {
    this.#pipeline.pulse(signal)
    this.#lag.pendingSince(this.#pendingSince(signal))
    this.#lag.write(this.#tables.values())
    for (const pool of signal.pools) this.#pool(pool)
  }

  #pendingSince({ pendingCommitMs, pendingMarkerMs }: Tagged<'pulse'>): number | null {
    const commitMs = pendingCommitMs === null ? null : pendingCommitMs - this.#deps.sourceClockOffsetMs()
    if (commitMs === null || pendingMarkerMs === null) return commitMs ?? pendingMarkerMs
    return Math.min(commitMs, pendingMarkerMs)
  }

  #pool(pool: PoolUse): void {
    const { registry } = this.#deps
    registry.gauge('sync_pool_connections', [pool.name, 'used']).set(pool.used)
    registry.gauge('sync_pool_connections', [pool.name, 'idle']).set(pool.idle)
    registry.gauge('sync_pool_waiting', [pool.name]).set(pool.waiting)
    registry.counter('sync_pool_wait_seconds_total', [pool.name]).follow(pool.waitedMs / 1000)
    if (pool.limit === null) return
    registry.gauge('sync_pool_connections', [pool.name, 'limit']).set(pool.limit)
    registry.gauge('sync_pool_usage_ratio', [pool.name]).set(pool.used / pool.limit)
  }

  #tableState(id: TableId, state: TableState): void {
    const table = this.#table(id)
    const before = table.state
    table.take(state, this.#deps.clock.now())
    if (state.tag === 'quarantined' && before?.tag !== 'quarantined') {
      if (state.code === 'ROW_REJECTED') table.countFailed('validation', 1)
      if (state.code === 'TABLE_SHAPE_CHANGED') this.#pipeline.countDdl('shape')
      this.#pipeline.countRefusedRow(state.code)
    }
    if (state.tag === 'removed') {
      this.#pipeline.countDdl('removed')
      table.remove()
      this.#tables.delete(id)
    }
    this.#countJobs()
  }

  #countJobs(): void {
    const { registry } = this.#deps
    const tags = [...this.#tables.values()].map(({ state }) => state?.tag)
    const active = tags.filter((tag) => tag === 'streaming' || tag === 'snapshotting').length
    registry.gauge('sync_active_jobs', []).set(active)
    registry.gauge('sync_error_jobs', []).set(tags.filter((tag) => tag === 'quarantined').length)
  }

  #rowsFailed({ code, tables }: Tagged<'rows-failed'>): void {
    const errorType = errorTypeOf(code)
    for (const { table: id, rows } of tables) {
      const table = this.#table(id)
      table.countFailed(errorType, rows)
      table.failed.add()
    }
    this.#pipeline.countFailedLoad()
  }

  #table(id: TableId): TableSeries {
    const known = this.#tables.get(id)
    if (known) return known
    const made = new TableSeries(this.#deps.registry, tableLabel(id))
    this.#tables.set(id, made)
    return made
  }
}
