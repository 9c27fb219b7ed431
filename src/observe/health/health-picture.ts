import type { Clock } from '../../core/clock.ts'
import type { SeriesReader } from '../metrics/series-reader.ts'
import { only, valuesBy } from '../metrics/series-values.ts'
import type { CheckOutcome, CheckResult, HealthStatus } from './health-check.ts'
import type { JobView, ServiceFacts } from './job-view.ts'
import { judgeErrorRate, judgePools, judgeShares } from './judge-resources.ts'
import { judgeJobs, judgeLoop, judgeProgress, judgeService } from './judge-service.ts'
import { freshResult, overallStatus } from './overall-status.ts'

/** What the picture works with. */
export interface HealthPictureDeps {
  readonly clock: Pick<Clock, 'now'>
  readonly reader: SeriesReader
  /** For how long the sync loop has not turned. */
  readonly loopSilentMs: () => number
  readonly stuckAfterMs: number
  readonly blockedAfterMs: number
  /** Group -> names of checks, beside the built-in ones. */
  readonly groups: Readonly<Record<string, readonly string[]>>
}

/** A named set of checks, as it is now. */
export interface GroupHealth {
  readonly status: HealthStatus
  readonly checks: ReadonlyMap<string, CheckResult>
}

const BUILT_IN_GROUPS: Readonly<Record<string, readonly string[]>> = {
  live: ['sync_loop'],
  ready: ['sync_loop', 'service', 'replication_progress'],
  startup: ['startup'],
}

/** What must be told with the result of a check that is judged at the moment of asking. */
const LOCAL_STALE_MS = Number.POSITIVE_INFINITY

/**
 * Health as of now: what background checks have posted, and what can be judged at once from metrics. Never waits for anything, so it
 * answers whatever is down.
 */
export class HealthPicture {
  readonly #deps: HealthPictureDeps
  readonly #groups: ReadonlyMap<string, readonly string[]>
  readonly #posted = new Map<string, CheckResult>()
  readonly #jobs = new Map<string, JobView>()
  readonly #since = new Map<
    string,
    { readonly status: HealthStatus; readonly ms: number; readonly success: number | null }
  >()
  #facts: ServiceFacts

  constructor(deps: HealthPictureDeps) {
    this.#deps = deps
    this.#groups = new Map(Object.entries({ ...BUILT_IN_GROUPS, ...deps.groups }))
    this.#facts = {
      phase: 'starting',
      phaseSinceMs: deps.clock.now(),
      hasStarted: false,
      guarantee: null,
      targetVersion: null,
      lastError: null,
    }
  }

  get facts(): ServiceFacts {
    return this.#facts
  }

  get jobs(): Iterable<JobView> {
    return this.#jobs.values()
  }

  /** Names of all groups. */
  get groupNames(): readonly string[] {
    return [...this.#groups.keys()]
  }

  takeCheck(name: string, result: CheckResult): void {
    this.#posted.set(name, result)
  }

  takeJob(job: JobView): void {
    this.#jobs.set(job.table, job)
  }

  dropJob(table: string): void {
    this.#jobs.delete(table)
  }

  takeFacts(facts: ServiceFacts): void {
    this.#facts = facts
  }

  /** Every check. */
  all(): GroupHealth {
    const nowMs = this.#deps.clock.now()
    const checks = new Map<string, CheckResult>()
    for (const [name, result] of this.#posted) checks.set(name, freshResult(result, nowMs))
    for (const [name, critical, outcome] of this.#local()) checks.set(name, this.#resultOf(name, critical, outcome))
    checks.delete('startup')
    return { status: overallStatus(checks.values()), checks }
  }

  /** The checks of a group; null when there is no such group. A check that does not exist counts as not known. */
  group(name: string): GroupHealth | null {
    const names = this.#groups.get(name)
    if (!names) return null
    const { checks: all } = this.all()
    const startup = this.#resultOf('startup', true, this.#startup())
    const checks = new Map(
      names.map((each) => [each, each === 'startup' ? startup : (all.get(each) ?? this.#missing(each))] as const),
    )
    return { status: overallStatus([...checks.values()].map((each) => ({ ...each, critical: true }))), checks }
  }

  #local(): readonly (readonly [name: string, critical: boolean, outcome: CheckOutcome])[] {
    const { reader, loopSilentMs, blockedAfterMs, stuckAfterMs } = this.#deps
    const facts = this.#facts
    const progress = {
      facts,
      stuckAfterMs,
      pendingSeconds: only(reader, 'sync_pending_seconds'),
      progressSeconds: only(reader, 'sync_progress_age_seconds'),
    }
    const memory = [{ name: 'memory', ratio: only(reader, 'sync_process_memory_used_ratio') }]
    const cpu = [{ name: 'cpu', ratio: only(reader, 'sync_cpu_used_ratio') }]
    const disks = [...valuesBy(reader, 'sync_disk_used_ratio', 'mountpoint')].map(([name, ratio]) => ({ name, ratio }))
    return [
      ['sync_loop', true, judgeLoop({ silentMs: loopSilentMs(), blockedAfterMs })],
      ['service', true, judgeService(facts)],
      ['replication_progress', true, judgeProgress(progress)],
      ['sync_jobs', false, judgeJobs([...this.#jobs.values()])],
      ['error_rate', false, judgeErrorRate(only(reader, 'sync_error_ratio'))],
      ['connection_pool', false, judgePools(poolFacts(reader))],
      ['cpu', false, judgeShares('CPU', cpu, 'Give the service more CPU, or find what else runs there.')],
      ['memory', false, judgeShares('Memory', memory, 'Lower sync.memory_limit, or give the service more memory.')],
      ['disk', false, judgeShares('Disk', disks, 'Free space where the service writes: its spool and log.')],
    ]
  }

  #startup(): CheckOutcome {
    const { hasStarted, lastError } = this.#facts
    if (hasStarted) return { status: 'healthy', message: 'The service has started' }
    const remedy = lastError?.remedy
    return { status: 'starting', message: lastError?.message ?? 'The service is starting', remedy }
  }

  #missing(name: string): CheckResult {
    return this.#resultOf(name, true, { status: 'unknown', message: `There is no check ${name}` })
  }

  #resultOf(name: string, critical: boolean, outcome: CheckOutcome): CheckResult {
    const nowMs = this.#deps.clock.now()
    const before = this.#since.get(name)
    const success = outcome.status === 'healthy' ? nowMs : (before?.success ?? null)
    const ms = before?.status === outcome.status ? before.ms : nowMs
    this.#since.set(name, { status: outcome.status, ms, success })
    const sinceMs = ms
    return { ...outcome, critical, checkedAtMs: nowMs, lastSuccessMs: success, sinceMs, staleAfterMs: LOCAL_STALE_MS }
  }
}

function poolFacts(reader: SeriesReader): Parameters<typeof judgePools>[0] {
  const waiting = valuesBy(reader, 'sync_pool_waiting', 'pool')
  const of = (state: string): ReadonlyMap<string, number> => {
    const series = reader.series('sync_pool_connections').filter(({ labels }) => labels['state'] === state)
    return new Map(series.map((each) => [each.labels['pool'] ?? '', each.value()]))
  }
  const limits = of('limit')
  return [...of('used')].map(([name, used]) => {
    return { name, used, limit: limits.get(name) ?? Number.NaN, waiting: waiting.get(name) ?? 0 }
  })
}
