import type { CheckResult } from '../../observe/health/health-check.ts'
import type { JobView, ServiceFacts } from '../../observe/health/job-view.ts'
import type { LogRecord } from '../../observe/logs/log-record.ts'
import type { SeriesNews } from '../../observe/metrics/series-news.ts'

/** What the sync thread tells the monitor thread. */
export type ToMonitor =
  | { readonly tag: 'series'; readonly news: readonly SeriesNews[] }
  | { readonly tag: 'check'; readonly name: string; readonly result: CheckResult }
  | { readonly tag: 'job'; readonly job: JobView }
  | { readonly tag: 'job-gone'; readonly table: string }
  | { readonly tag: 'facts'; readonly facts: ServiceFacts }
  | { readonly tag: 'answer'; readonly id: number; readonly answer: ChangeAnswer }
  | { readonly tag: 'end' }

/** What the monitor thread tells the sync thread. */
export type FromMonitor =
  | { readonly tag: 'listening'; readonly ports: MonitorPorts }
  | { readonly tag: 'cannot-listen'; readonly key: string; readonly reason: string }
  | { readonly tag: 'ask'; readonly id: number; readonly request: ChangeRequest }
  | { readonly tag: 'log'; readonly record: LogRecord }

/** Where the monitor listens. */
export interface MonitorPorts {
  readonly port: number
  readonly metricsPort: number
}

/** Something that is to be changed; carried out by the sync thread. */
export interface ChangeRequest {
  readonly do: 'pause' | 'resume' | 'resync'
  /** `schema.table`. */
  readonly table: string
}

/** What became of a request. */
export type ChangeAnswer =
  | { readonly tag: 'done'; readonly position: string }
  | { readonly tag: 'failed'; readonly code: string; readonly message: string; readonly remedy: string }
