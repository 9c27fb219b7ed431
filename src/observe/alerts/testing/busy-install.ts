import { ScriptedMetrics } from './scripted-metrics.ts'

/** Monday, 5 January 2026, 09:00 UTC. */
const START_MS = 1_767_603_600_000
const MINUTE_MS = 60_000

/** How a healthy installation is shaped. */
export interface BusyInstall {
  readonly tables: number
  readonly flushIntervalS: number
  /** The first copy takes so long; until then the CPU is busy and latency high. */
  readonly copyMinutes: number
}

/** A healthy, busy installation from its start on: copies first, then streams; some tables are idle, and a batch fails now and then. */
export function busyInstall({ tables, flushIntervalS, copyMinutes }: BusyInstall): ScriptedMetrics {
  const metrics = new ScriptedMetrics()
  metrics.nowMs = START_MS
  const elapsedS = (nowMs: number): number => (nowMs - START_MS) / 1000
  const isCopying = (nowMs: number): boolean => nowMs - START_MS < copyMinutes * MINUTE_MS
  // Repeatable, and different from moment to moment.
  const wave = (nowMs: number, salt: number): number => (Math.sin(nowMs / 7919 + salt) + 1) / 2
  for (let index = 0; index < tables; index += 1) {
    const labels = { table: `t${index}` }
    const isIdle = index % 4 === 3
    const perSecond = isIdle ? 0 : 40 + index * 5
    const records = (nowMs: number): number => Math.floor(elapsedS(nowMs) * perSecond)
    metrics.add('sync_records_processed_total', { ...labels, operation: 'insert' }, records)
    // Every ten minutes a batch of half a second fails once and is then applied.
    metrics.add(
      'sync_records_failed_total',
      { ...labels, error_type: 'connection' },
      (nowMs) => Math.floor(elapsedS(nowMs) / 600) * Math.ceil(perSecond / 2),
    )
    metrics.add('sync_lag_seconds', labels, (nowMs) => (isIdle ? 0 : wave(nowMs, index)))
    metrics.add('sync_checkpoints_failed_total', labels, (nowMs) =>
      index === 0 ? Math.floor(elapsedS(nowMs) / 600) : 0,
    )
    metrics.add('sync_snapshot_rows_total', labels, (nowMs) => Math.min(elapsedS(nowMs), copyMinutes * 60) * 1000)
    for (const state of ['snapshotting', 'streaming', 'quarantined']) {
      metrics.add('sync_job_state', { ...labels, state }, (nowMs) => {
        return Number(state === (isCopying(nowMs) ? 'snapshotting' : 'streaming'))
      })
    }
    for (const [le, share] of LATENCY_SHARES) {
      metrics.add('sync_processing_latency_seconds_bucket', { ...labels, operation: 'insert', le }, (nowMs) => {
        const slow = Math.min(elapsedS(nowMs), copyMinutes * 60) * perSecond
        return Math.floor(
          (records(nowMs) - slow) * share(flushIntervalS) + slow * (le === '+Inf' || Number(le) >= 5 ? 1 : 0),
        )
      })
    }
  }
  for (const [le, share] of COMMIT_SHARES) {
    metrics.add('sync_checkpoint_duration_seconds_bucket', { le }, (nowMs) => Math.floor(elapsedS(nowMs) * 2 * share))
  }
  addWhole(metrics, { flushIntervalS, elapsedS, isCopying, wave, tables })
  return metrics
}

/** Cumulative: nearly all records wait for the flush and then take up to 0.4 s. */
const LATENCY_SHARES: readonly (readonly [le: string, share: (flushIntervalS: number) => number])[] = [
  '0.1',
  '0.25',
  '0.5',
  '1',
  '2.5',
  '5',
  '10',
  '+Inf',
].map((le) => [
  le,
  (flushIntervalS) =>
    Math.max(0, Math.min(1, (Number(le.replace('+', '').replace('Inf', '1e9')) - flushIntervalS) / 0.4)),
])

/** Commits take 0.05 to 0.4 s. */
const COMMIT_SHARES: readonly (readonly [le: string, share: number])[] = [
  ['0.025', 0],
  ['0.1', 0.3],
  ['0.25', 0.7],
  ['1', 1],
  ['2.5', 1],
  ['+Inf', 1],
]

interface Shape {
  readonly flushIntervalS: number
  readonly tables: number
  readonly elapsedS: (nowMs: number) => number
  readonly isCopying: (nowMs: number) => boolean
  readonly wave: (nowMs: number, salt: number) => number
}

function addWhole(metrics: ScriptedMetrics, { flushIntervalS, tables, elapsedS, isCopying, wave }: Shape): void {
  const values: Readonly<Record<string, (nowMs: number) => number>> = {
    sync_flush_interval_seconds: () => flushIntervalS,
    sync_active_jobs: () => tables,
    sync_error_jobs: () => 0,
    sync_session_up: () => 1,
    sync_session_starts_total: () => 1,
    sync_pending_seconds: (nowMs) => wave(nowMs, 1) * 2,
    sync_pending_records: (nowMs) => Math.floor(wave(nowMs, 1) * 500),
    sync_heartbeat_age_seconds: (nowMs) => 10 * wave(nowMs, 2),
    sync_start_time_seconds: () => START_MS / 1000,
    sync_source_up: () => 1,
    sync_target_up: () => 1,
    sync_source_slot_safe_wal_bytes: (nowMs) => 1e10 - 3e8 * wave(nowMs, 3),
    sync_source_slot_retained_bytes: (nowMs) => 3e8 * wave(nowMs, 3),
    sync_source_clock_offset_seconds: () => 0.02,
    sync_process_memory_used_ratio: (nowMs) => 0.5 + 0.2 * wave(nowMs, 4),
    sync_cpu_used_ratio: (nowMs) => (isCopying(nowMs) ? 0.99 : 0.5 + 0.45 * wave(nowMs, 5)),
    sync_starrocks_txn_backlog: (nowMs) => 20 * wave(nowMs, 6),
    sync_loop_heartbeat_age_seconds: () => 0.05,
  }
  for (const [family, valueAt] of Object.entries(values)) metrics.add(family, {}, valueAt)
  metrics.add('sync_disk_used_ratio', { mountpoint: '/' }, (nowMs) => 0.6 + elapsedS(nowMs) * 1e-7)
  metrics.add('sync_starrocks_disk_used_ratio', { backend: 'be1:9050' }, () => 0.7)
  metrics.add('sync_starrocks_backends', { state: 'dead' }, () => 0)
  metrics.add('sync_source_slot_wal_status', { status: 'lost' }, () => 0)
  metrics.add('sync_source_slot_wal_status', { status: 'unreserved' }, () => 0)
}
