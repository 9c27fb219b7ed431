import type { Signal } from '../../core/signals.ts'
import type { MetricRegistry } from './metric-registry.ts'

type Tagged<T extends Signal['tag']> = Extract<Signal, { readonly tag: T }>

/** The series of the pipeline as a whole, found once. */
export class PipelineSeries {
  readonly #registry: MetricRegistry
  readonly #transactions
  readonly #bytesOut
  readonly #bytesIn
  readonly #endToEnd
  readonly #checkpoint
  readonly #gather
  readonly #load
  readonly #commit
  readonly #loadSeconds
  readonly #loadsOk
  readonly #loadsFailed
  readonly #refusedRows
  readonly #sessionUp
  readonly #gathering
  readonly #applying
  #receivedBytes = 0

  constructor(registry: MetricRegistry) {
    this.#registry = registry
    this.#transactions = registry.counter('sync_transactions_total', [])
    this.#bytesOut = registry.counter('sync_bytes_total', ['out'])
    this.#bytesIn = registry.counter('sync_bytes_total', ['in'])
    this.#endToEnd = registry.histogram('sync_end_to_end_latency_seconds', [])
    this.#checkpoint = registry.histogram('sync_checkpoint_duration_seconds', [])
    this.#gather = registry.histogram('sync_stage_duration_seconds', ['gather'])
    this.#load = registry.histogram('sync_stage_duration_seconds', ['load'])
    this.#commit = registry.histogram('sync_stage_duration_seconds', ['commit'])
    this.#loadSeconds = registry.histogram('sync_starrocks_load_duration_seconds', [])
    this.#loadsOk = registry.counter('sync_starrocks_load_total', ['success'])
    this.#loadsFailed = registry.counter('sync_starrocks_load_total', ['failure'])
    this.#refusedRows = registry.counter('sync_starrocks_load_filtered_rows_total', [])
    this.#sessionUp = registry.gauge('sync_session_up', [])
    this.#gathering = registry.gauge('sync_queue_depth', ['gathering'])
    this.#applying = registry.gauge('sync_queue_depth', ['applying'])
    this.#sessionUp.set(0)
    registry.gauge('sync_active_jobs', []).set(0)
    registry.gauge('sync_error_jobs', []).set(0)
    registry.counter('sync_checkpoint_moves_total', [])
    registry.counter('sync_session_starts_total', [])
    registry.counter('sync_blocked_total', [])
    registry.counter('sync_memory_pressure_total', [])
    // Growth is seen from a series that was there before only.
    for (const kind of ['shape', 'removed']) registry.counter('sync_ddl_events_total', [kind])
  }

  /** Counts a batch; `offsetMs`: how far the source's clock is ahead. */
  countBatch(signal: Tagged<'batch-committed'>, offsetMs: number): void {
    this.#transactions.add(signal.transactions)
    this.#bytesOut.add(signal.bytes)
    this.#endToEnd.observe(Math.max(0, signal.oldestLagMs + offsetMs) / 1000)
    this.#checkpoint.observe(signal.commitMs / 1000)
    this.#gather.observe(Math.max(0, signal.ageMs - signal.commitMs) / 1000)
    this.#load.observe(signal.loadMs / 1000)
    this.#loadSeconds.observe(signal.loadMs / 1000)
    this.#commit.observe(Math.max(0, signal.commitMs - signal.loadMs) / 1000)
    this.#loadsOk.add()
  }

  /** Counts a chunk of a copy. */
  countChunk(signal: Tagged<'chunk-loaded'>): void {
    this.#bytesOut.add(signal.bytes)
    this.#loadsOk.add()
    this.#registry.histogram('sync_chunk_duration_seconds', []).observe(signal.ms / 1000)
  }

  /** Counts an attempt to load that failed. */
  countFailedLoad(): void {
    this.#loadsFailed.add()
  }

  /** Counts a table that was stopped for a row. */
  countRefusedRow(code: string): void {
    if (code === 'ROW_REJECTED') this.#refusedRows.add()
    this.#registry.counter('sync_errors_total', [code]).add()
  }

  /** Counts a change of a table at the source. */
  countDdl(kind: 'shape' | 'removed'): void {
    this.#registry.counter('sync_ddl_events_total', [kind]).add()
  }

  /** Counts an error of the catalogue. */
  countError(code: string, willRetry: boolean): void {
    this.#registry.counter('sync_errors_total', [code]).add()
    if (willRetry) this.#registry.counter('sync_retries_total', [code]).add()
  }

  /** Counts what happens now and then. */
  countEvent(signal: Signal): void {
    if (signal.tag === 'checkpoint-moved') this.#registry.counter('sync_checkpoint_moves_total', []).add()
    else if (signal.tag === 'chunk-retaken') {
      this.#registry.counter('sync_retries_total', [signal.why === 'gate' ? 'gate' : 'chunk']).add()
    } else if (signal.tag === 'blocked') this.#registry.counter('sync_blocked_total', []).add()
    else if (signal.tag === 'memory-pressure') this.#registry.counter('sync_memory_pressure_total', []).add()
  }

  sessionStarted(): void {
    this.#sessionUp.set(1)
    this.#receivedBytes = 0
    this.#registry.counter('sync_session_starts_total', []).add()
  }

  sessionEnded(): void {
    this.#sessionUp.set(0)
    this.#gathering.set(0)
    this.#applying.set(0)
  }

  /** Takes over how the session stands. */
  pulse(signal: Tagged<'pulse'>): void {
    const registry = this.#registry
    this.#gathering.set(signal.gatheringRows)
    this.#applying.set(signal.applyingRows)
    registry.gauge('sync_pending_records', []).set(signal.gatheringRows + signal.applyingRows)
    registry.gauge('sync_lag_bytes', []).set(signal.lagBytes)
    registry.gauge('sync_spooled_bytes', []).set(signal.spooledBytes)
    registry.gauge('sync_stream_received_bytes', []).set(signal.receivedBytes)
    registry.gauge('sync_backpressure_ratio', ['read']).set(signal.pausedRatio)
    this.#bytesIn.add(Math.max(0, signal.receivedBytes - this.#receivedBytes))
    this.#receivedBytes = signal.receivedBytes
  }
}
