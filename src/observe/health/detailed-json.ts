import type { SeriesReader } from '../metrics/series-reader.ts'
import { only, valuesBy } from '../metrics/series-values.ts'
import { healthJson, isoSeconds, type Json, type ServiceIdentity } from './health-json.ts'
import type { HealthPicture } from './health-picture.ts'
import { notConfigured } from './not-configured.ts'
import type { JobView, ShownError } from './job-view.ts'

/** What the detailed view needs beside the picture. */
export interface DetailedDeps {
  readonly picture: HealthPicture
  readonly reader: SeriesReader
  readonly about: ServiceIdentity
  readonly startedAtMs: number
}

/** The guide's JSON with everything that is known: the pipeline, its slot, every job with its numbers and last error. */
export function detailedJson(deps: DetailedDeps, nowMs: number): Json {
  const { picture, reader, about, startedAtMs } = deps
  const health = picture.all()
  return {
    ...healthJson(health, nowMs),
    not_configured: notConfigured(health.checks),
    version: about.version,
    uptime_seconds: Math.round((nowMs - startedAtMs) / 1000),
    pipeline: pipelineJson(picture, reader, about),
    jobs: jobsJson(picture.jobs, reader),
  }
}

/** What is known of the pipeline as a whole. */
export function pipelineJson(picture: HealthPicture, reader: SeriesReader, about: ServiceIdentity): Json {
  const { facts } = picture
  const perSecond = valuesBy(reader, 'sync_bytes_per_second', 'direction')
  return {
    name: about.pipeline,
    engine: 'embedded',
    phase: facts.phase,
    since: isoSeconds(facts.phaseSinceMs),
    guarantee: facts.guarantee,
    target_version: facts.targetVersion,
    last_error: errorJson(facts.lastError),
    lag_seconds: numberJson(only(reader, 'sync_pending_seconds')),
    lag_bytes: numberJson(only(reader, 'sync_lag_bytes')),
    heartbeat_age_seconds: numberJson(only(reader, 'sync_heartbeat_age_seconds')),
    pending_records: numberJson(only(reader, 'sync_pending_records')),
    records_per_second: numberJson(only(reader, 'sync_records_per_second')),
    bytes_per_second: numberJson(perSecond.get('out') ?? Number.NaN),
    error_rate: numberJson(only(reader, 'sync_error_ratio')),
    processing_latency_seconds: Object.fromEntries(
      [...valuesBy(reader, 'sync_processing_latency_percentile_seconds', 'percentile')].map(([name, value]) => [
        name,
        numberJson(value),
      ]),
    ),
    slot: {
      active: booleanJson(only(reader, 'sync_source_slot_active')),
      wal_status:
        reader.series('sync_source_slot_wal_status').find((series) => series.value() === 1)?.labels['status'] ?? null,
      lag_bytes: numberJson(only(reader, 'sync_source_slot_lag_bytes')),
      retained_bytes: numberJson(only(reader, 'sync_source_slot_retained_bytes')),
      safe_wal_bytes: numberJson(only(reader, 'sync_source_slot_safe_wal_bytes')),
      seconds_until_lost: numberJson(only(reader, 'sync_source_slot_seconds_until_lost')),
    },
  }
}

/** Every job with its numbers. */
export function jobsJson(jobs: Iterable<JobView>, reader: SeriesReader): readonly Json[] {
  const by = (family: string): ReadonlyMap<string, number> => valuesBy(reader, family, 'table')
  const lag = by('sync_lag_seconds')
  const freshness = by('sync_freshness_seconds')
  const rate = by('sync_throughput_records_per_second')
  const processed = by('sync_records_processed_total')
  const failed = by('sync_records_failed_total')
  const success = by('sync_last_success_timestamp_seconds')
  const chunks = chunksBy(reader)
  const lagBytes = only(reader, 'sync_lag_bytes')
  return [...jobs]
    .toSorted((a, b) => (a.table < b.table ? -1 : 1))
    .map((job) => ({
      table: job.label,
      source: job.table,
      target: job.target,
      state: job.state,
      since: isoSeconds(job.sinceMs),
      lag_seconds: numberJson(lag.get(job.label) ?? Number.NaN),
      lag_bytes: job.state === 'streaming' ? numberJson(lagBytes) : null,
      freshness_seconds: numberJson(freshness.get(job.label) ?? Number.NaN),
      records_per_second: numberJson(rate.get(job.label) ?? Number.NaN),
      records_processed: processed.get(job.label) ?? 0,
      records_failed: failed.get(job.label) ?? 0,
      last_success: momentJson(success.get(job.label)),
      snapshot: chunks.get(job.label),
      last_error: errorJson(job.lastError),
    }))
}

function chunksBy(reader: SeriesReader): ReadonlyMap<string, { readonly done: number; readonly total: number }> {
  const found = new Map<string, { done: number; total: number }>()
  for (const series of reader.series('sync_snapshot_chunks')) {
    const table = series.labels['table'] ?? ''
    const entry = found.get(table) ?? { done: 0, total: 0 }
    if (series.labels['state'] === 'done') entry.done = series.value()
    else entry.total = series.value()
    found.set(table, entry)
  }
  return found
}

function errorJson(error: ShownError | null): Json {
  if (error === null) return null
  return { code: error.code, message: error.message, remedy: error.remedy, at: isoSeconds(error.atMs) }
}

function momentJson(seconds: number | undefined): string | null {
  return seconds === undefined ? null : isoSeconds(seconds * 1000)
}

/** Null when it is not known; no more digits than mean something. */
function numberJson(value: number): number | null {
  return Number.isFinite(value) ? Math.round(value * 1000) / 1000 : null
}

function booleanJson(value: number): boolean | null {
  return Number.isNaN(value) ? null : value === 1
}
