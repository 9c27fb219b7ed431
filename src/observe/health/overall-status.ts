import type { CheckResult, HealthStatus } from './health-check.ts'

/** The result as of now: one that is too old says nothing. Pure. */
export function freshResult(result: CheckResult, nowMs: number): CheckResult {
  if (result.checkedAtMs === null || nowMs - result.checkedAtMs <= result.staleAfterMs) return result
  const seconds = Math.round((nowMs - result.checkedAtMs) / 1000)
  const message = `Not looked at for ${seconds} s; before that: ${result.message}`
  return { ...result, status: 'unknown', message }
}

/**
 * The status of checks together. A critical one counts as it is; what is not critical can only degrade the whole. Pure.
 */
export function overallStatus(results: Iterable<Pick<CheckResult, 'status' | 'critical'>>): HealthStatus {
  let worst: HealthStatus = 'healthy'
  for (const { status, critical } of results) {
    const counted = critical || status === 'starting' ? status : status === 'unhealthy' ? 'degraded' : lesser(status)
    if (RANK[counted] > RANK[worst]) worst = counted
  }
  return worst
}

const RANK: Readonly<Record<HealthStatus, number>> = {
  healthy: 0,
  degraded: 1,
  paused: 2,
  unknown: 3,
  starting: 4,
  unhealthy: 5,
}

/** What is not known, and not critical, harms nobody; a pause is somebody's will. */
function lesser(status: HealthStatus): HealthStatus {
  return status === 'unknown' ? 'healthy' : status === 'paused' ? 'degraded' : status
}
