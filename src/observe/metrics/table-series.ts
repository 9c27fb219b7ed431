import type { TableCounts } from '../../core/signals.ts'
import type { TableState } from '../../core/table-state.ts'
import type { Counter, Gauge, Histogram, Moment } from './instruments.ts'
import type { MetricRegistry } from './metric-registry.ts'

const OPERATIONS = ['insert', 'update', 'delete'] as const

/** States as `sync_job_state` shows them. */
const STATES: readonly TableState['tag'][] = ['waiting', 'snapshotting', 'streaming', 'paused', 'quarantined']

const REREAD_FROM = ['target', 'source'] as const
type RereadFrom = (typeof REREAD_FROM)[number]

/** The series of one table, found once. */
export class TableSeries {
  readonly lag: Moment
  readonly freshness: Moment
  readonly completed: Counter
  readonly failed: Counter
  /** Present state; null before it is known. */
  state: TableState | null = null
  /** Wall clock at which it was taken, as far as this process knows. */
  sinceMs = 0
  readonly #registry: MetricRegistry
  readonly #label: string
  readonly #processed: readonly Counter[]
  readonly #snapshotRecords: Counter
  readonly #snapshotRows: Counter
  readonly #batchSize: Histogram
  readonly #filtered: Counter
  readonly #lastSuccess: Gauge
  readonly #states: readonly Gauge[]
  readonly #latency: (Histogram | null)[] = [null, null, null]
  readonly #errorTypes = new Set<string>()

  constructor(registry: MetricRegistry, label: string) {
    const table = [label] as const
    this.#registry = registry
    this.#label = label
    this.#processed = OPERATIONS.map((operation) =>
      registry.counter('sync_records_processed_total', [label, operation]),
    )
    this.#snapshotRecords = registry.counter('sync_records_processed_total', [label, 'snapshot'])
    this.#snapshotRows = registry.counter('sync_snapshot_rows_total', table)
    this.#batchSize = registry.histogram('sync_batch_size', table)
    this.#filtered = registry.counter('sync_filtered_records_total', table)
    this.#lastSuccess = registry.gauge('sync_last_success_timestamp_seconds', table)
    this.#states = STATES.map((state) => registry.gauge('sync_job_state', [label, state]))
    this.completed = registry.counter('sync_checkpoints_completed_total', table)
    this.failed = registry.counter('sync_checkpoints_failed_total', table)
    this.lag = registry.moment('sync_lag_seconds', table)
    this.freshness = registry.moment('sync_freshness_seconds', table)
    // A row that the target refuses stops its table: none is parked.
    registry.gauge('sync_dead_letters', table).set(0)
    for (const type of ['connection', 'validation']) this.countFailed(type, 0)
  }

  /** Counts what a batch did to the table; latency in seconds. */
  countBatch(counts: TableCounts, latencySeconds: number, nowMs: number): void {
    const rows = counts.inserts + counts.updates + counts.deletes
    this.#count(0, counts.inserts, latencySeconds)
    this.#count(1, counts.updates, latencySeconds)
    this.#count(2, counts.deletes, latencySeconds)
    this.#batchSize.observe(rows)
    if (counts.filtered > 0) this.#filtered.add(counts.filtered)
    this.completed.add()
    this.#lastSuccess.set(nowMs / 1000)
  }

  /** Counts a chunk of a copy. */
  countChunk(chunk: { readonly rows: number; readonly done: number; readonly chunks: number }, nowMs: number): void {
    this.#snapshotRecords.add(chunk.rows)
    this.#snapshotRows.add(chunk.rows)
    this.completed.add()
    this.#lastSuccess.set(nowMs / 1000)
    this.#registry.gauge('sync_snapshot_chunks', [this.#label, 'done']).set(chunk.done)
    this.#registry.gauge('sync_snapshot_chunks', [this.#label, 'total']).set(chunk.chunks)
  }

  /** Counts records that failed. */
  countFailed(errorType: string, rows: number): void {
    this.#errorTypes.add(errorType)
    this.#registry.counter('sync_records_failed_total', [this.#label, errorType]).add(rows)
  }

  /** Counts values that an update left out and that were read again. */
  countReread(from: RereadFrom, rows: number): void {
    this.#registry.counter('sync_rereads_total', [this.#label, from]).add(rows)
  }

  /** Takes over a state. */
  take(state: TableState, nowMs: number): void {
    if (this.state?.tag !== state.tag) this.sinceMs = nowMs
    this.state = state
    for (const [index, name] of STATES.entries()) this.#states[index]?.set(name === state.tag ? 1 : 0)
    if (state.tag === 'snapshotting') return
    for (const part of ['done', 'total']) this.#registry.remove('sync_snapshot_chunks', [this.#label, part])
  }

  /** Shows nothing of the table any more. */
  remove(): void {
    const label = this.#label
    for (const operation of [...OPERATIONS, 'snapshot']) {
      this.#registry.remove('sync_records_processed_total', [label, operation])
      this.#registry.remove('sync_processing_latency_seconds', [label, operation])
    }
    for (const state of STATES) this.#registry.remove('sync_job_state', [label, state])
    for (const type of this.#errorTypes) this.#registry.remove('sync_records_failed_total', [label, type])
    for (const from of REREAD_FROM) this.#registry.remove('sync_rereads_total', [label, from])
    for (const part of ['done', 'total']) this.#registry.remove('sync_snapshot_chunks', [label, part])
    for (const name of PER_TABLE) this.#registry.remove(name, [label])
  }

  #count(operation: 0 | 1 | 2, rows: number, latencySeconds: number): void {
    if (rows === 0) return
    this.#processed[operation]?.add(rows)
    const latency = (this.#latency[operation] ??= this.#registry.histogram('sync_processing_latency_seconds', [
      this.#label,
      OPERATIONS[operation],
    ]))
    latency.observe(latencySeconds, rows)
  }
}

const PER_TABLE = [
  'sync_batch_size',
  'sync_checkpoints_completed_total',
  'sync_checkpoints_failed_total',
  'sync_lag_seconds',
  'sync_freshness_seconds',
  'sync_filtered_records_total',
  'sync_snapshot_rows_total',
  'sync_last_success_timestamp_seconds',
  'sync_dead_letters',
] as const
