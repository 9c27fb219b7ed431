import type { CheckResult } from '../../observe/health/health-check.ts'
import type { JobView, ServiceFacts } from '../../observe/health/job-view.ts'
import type { LogRecord } from '../../observe/logs/log-record.ts'
import type { LoggerLevel } from '../../observe/logs/logger-levels.ts'
import type { RecentLine } from '../../observe/logs/recent-lines.ts'
import type { SeriesNews } from '../../observe/metrics/series-news.ts'
import type { LevelChange } from '../logs/change-levels.ts'

/** What the sync thread tells the monitor thread. */
export type ToMonitor =
  | { readonly tag: 'series'; readonly news: readonly SeriesNews[] }
  | { readonly tag: 'check'; readonly name: string; readonly result: CheckResult }
  | { readonly tag: 'job'; readonly job: JobView }
  | { readonly tag: 'job-gone'; readonly table: string }
  | { readonly tag: 'facts'; readonly facts: ServiceFacts }
  | { readonly tag: 'answer'; readonly id: number; readonly answer: SyncAnswer }
  /** Lines of the log, while they are wanted: at first those at hand, then each further one. */
  | { readonly tag: 'lines'; readonly lines: readonly RecentLine[]; readonly isFirst: boolean }
  | { readonly tag: 'end' }

/** What the monitor thread tells the sync thread. */
export type FromMonitor =
  | { readonly tag: 'listening'; readonly ports: MonitorPorts }
  | { readonly tag: 'cannot-listen'; readonly key: string; readonly reason: string }
  | { readonly tag: 'ask'; readonly id: number; readonly request: SyncRequest }
  /** Whether lines of the log are wanted. */
  | { readonly tag: 'tail'; readonly isWanted: boolean }
  | { readonly tag: 'log'; readonly record: LogRecord }

/** Where the monitor listens. */
export interface MonitorPorts {
  readonly port: number
  readonly metricsPort: number
}

/** What the sync thread is asked for over HTTP. */
export type SyncRequest = TableChange | LevelsRequest

/** Something that is to be changed about a table. */
export interface TableChange {
  readonly do: 'pause' | 'resume' | 'resync'
  /** `schema.table`. */
  readonly table: string
  /** Who asks. */
  readonly actor: string
}

/** The levels of all loggers, after a change if there is one. */
interface LevelsRequest {
  readonly do: 'levels'
  readonly change: (LevelChange & { readonly actor: string }) | null
}

/** What became of a request. */
export type SyncAnswer =
  | { readonly tag: 'done'; readonly position: string }
  | { readonly tag: 'levels'; readonly levels: readonly LoggerLevel[] }
  | { readonly tag: 'failed'; readonly code: string; readonly message: string; readonly remedy: string }
