import type { CheckOutcome } from './health-check.ts'
import type { JobView, ServiceFacts } from './job-view.ts'

/** Whether the service as such is where it should be. Pure. */
export function judgeService({ phase, lastError }: ServiceFacts): CheckOutcome {
  switch (phase) {
    case 'running':
      return { status: 'healthy', message: 'The service runs' }
    case 'starting':
      return { status: 'starting', message: 'The service is starting', ...whyNot(lastError) }
    case 'waiting-for-slot':
      return {
        status: 'starting',
        message: 'Another instance reads the slot: this one stands by and takes over when it ends',
      }
    case 'reconnecting':
      return { status: 'unhealthy', message: 'The pipeline is interrupted and begins anew', ...whyNot(lastError) }
    case 'stopping':
      return { status: 'unhealthy', message: 'The service is stopping' }
  }
}

function whyNot(lastError: ServiceFacts['lastError']): Partial<CheckOutcome> {
  if (lastError === null) return {}
  return { remedy: lastError.remedy, observed: { error_type: lastError.code, error: lastError.message } }
}

/** What is known of the sync loop. */
export interface LoopFacts {
  readonly silentMs: number
  readonly blockedAfterMs: number
}

/** Whether the event loop of the sync turns. Pure. */
export function judgeLoop({ silentMs, blockedAfterMs }: LoopFacts): CheckOutcome {
  const observed = { silent_ms: Math.round(silentMs) }
  if (silentMs <= blockedAfterMs) return { status: 'healthy', message: 'The sync loop turns', observed }
  const message = `The sync loop has not turned for ${Math.round(silentMs / 1000)} s`
  return { status: 'unhealthy', message, remedy: 'Restart the service; report it with a CPU profile.', observed }
}

/** What is known of progress; seconds are NaN while not known. */
export interface ProgressFacts {
  readonly facts: ServiceFacts
  /** Since the oldest thing that is not in the target was made; 0 when nothing waits. */
  readonly pendingSeconds: number
  /** Since anything got into the target, or was found to be there. */
  readonly progressSeconds: number
  readonly stuckAfterMs: number
}

/**
 * Whether what waits gets on: stuck with work pending is unhealthy; idle is healthy; far behind but moving is healthy (lag is for
 * alerts). Pure.
 */
export function judgeProgress({ facts, pendingSeconds, progressSeconds, stuckAfterMs }: ProgressFacts): CheckOutcome {
  const observed = { pending_seconds: rounded(pendingSeconds), progress_seconds: rounded(progressSeconds) }
  if (facts.phase !== 'running') {
    const status = facts.hasStarted ? 'unhealthy' : 'starting'
    return { status, message: 'Nothing is replicated now', ...whyNot(facts.lastError) }
  }
  const stuckSeconds = stuckAfterMs / 1000
  if (pendingSeconds > stuckSeconds && !(progressSeconds <= stuckSeconds)) {
    const message = `Changes of ${Math.round(pendingSeconds)} s ago wait, and nothing got into the target for ${Math.round(progressSeconds)} s`
    const remedy = facts.lastError?.remedy ?? 'Look for the last error in the log; check the target.'
    return { status: 'unhealthy', message, ...whyNot(facts.lastError), remedy, observed }
  }
  if (!(pendingSeconds > 0)) return { status: 'healthy', message: 'Nothing waits', observed }
  return { status: 'healthy', message: `${Math.round(pendingSeconds)} s behind, and moving`, observed }
}

function rounded(seconds: number): number | null {
  return Number.isNaN(seconds) ? null : Math.round(seconds * 10) / 10
}

/** How the jobs are, together. Pure. */
export function judgeJobs(jobs: readonly Pick<JobView, 'label' | 'state'>[]): CheckOutcome {
  const of = (state: JobView['state']): readonly string[] =>
    jobs.filter((job) => job.state === state).map(({ label }) => label)
  const stopped = [...of('quarantined'), ...of('refused')]
  const paused = of('paused')
  const running = jobs.length - stopped.length - paused.length
  const observed = { jobs: jobs.length, running, paused: paused.length, stopped: stopped.length }
  if (stopped.length > 0) {
    const message = `${stopped.length} of ${jobs.length} jobs are stopped by an error: ${shortList(stopped)}`
    return {
      status: 'unhealthy',
      message,
      remedy: 'Mend what /health/detailed names, then sync-app resync TABLE.',
      observed,
    }
  }
  if (paused.length > 0 && running === 0) return { status: 'paused', message: 'All jobs are paused', observed }
  if (paused.length > 0) {
    return {
      status: 'degraded',
      message: `${paused.length} of ${jobs.length} jobs are paused: ${shortList(paused)}`,
      observed,
    }
  }
  return { status: 'healthy', message: `${running} of ${jobs.length} jobs run`, observed }
}

function shortList(names: readonly string[]): string {
  const shown = names.slice(0, 5).join(', ')
  return names.length > 5 ? `${shown}, ...` : shown
}
