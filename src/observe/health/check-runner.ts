import type { Clock, Random } from '../../core/clock.ts'
import { asSyncError } from '../../core/sync-error.ts'
import { maskCredentials } from '../../config/mask-credentials.ts'
import type { CheckOutcome, CheckResult, HealthCheck } from './health-check.ts'

/** What the runner works with. */
export interface CheckRunnerDeps {
  readonly clock: Clock
  readonly random: Random
  /** What is not healthy is looked at again after this time at the latest. */
  readonly hurryMs: number
  /** Takes each result. */
  readonly report: (name: string, result: CheckResult) => void
}

/** Results older than so many intervals (and a timeout) say nothing. */
const STALE_INTERVALS = 3

/**
 * Runs checks in the background until aborted: each in its own rhythm (with a tenth of it as jitter), one run at a time, with a timeout
 * of its own. So answers about health never wait for anything.
 */
export async function runChecks(
  checks: readonly HealthCheck[],
  deps: CheckRunnerDeps,
  signal: AbortSignal,
): Promise<void> {
  await Promise.all(checks.map((check) => repeat(check, deps, signal)))
}

/** The result of a check before its first look. */
export function notLookedAt(check: HealthCheck, nowMs: number): CheckResult {
  return {
    status: 'unknown',
    message: 'Not looked at yet',
    critical: check.critical,
    checkedAtMs: null,
    lastSuccessMs: null,
    sinceMs: nowMs,
    staleAfterMs: Number.POSITIVE_INFINITY,
  }
}

async function repeat(check: HealthCheck, deps: CheckRunnerDeps, signal: AbortSignal): Promise<void> {
  const { clock, random, report, hurryMs } = deps
  let last: CheckResult | null = null
  while (!signal.aborted) {
    const startedMs = clock.monotonicMs()
    const outcome = await lookOnce(check, clock, signal)
    if (signal.aborted) return
    last = resultOf(check, outcome, { nowMs: clock.now(), tookMs: clock.monotonicMs() - startedMs, last })
    report(check.name, last)
    const pauseMs = last.status === 'healthy' ? check.everyMs : Math.min(check.everyMs, hurryMs)
    await clock.sleep(pauseMs * (0.9 + random() * 0.2), signal).catch(() => undefined)
  }
}

async function lookOnce(check: HealthCheck, clock: Clock, signal: AbortSignal): Promise<CheckOutcome> {
  const timeout = new AbortController()
  const timer = clock.setTimer(check.timeoutMs, () => {
    timeout.abort(new Error(`no answer within ${check.timeoutMs} ms`))
  })
  const either = AbortSignal.any([signal, timeout.signal])
  const aborted = Promise.withResolvers<never>()
  const abort = (): void => aborted.reject(either.reason)
  either.addEventListener('abort', abort, { once: true })
  aborted.promise.catch(() => undefined)
  try {
    return await Promise.race([check.run(either), aborted.promise])
  } catch (error) {
    return failure(error)
  } finally {
    timer.cancel()
    either.removeEventListener('abort', abort)
  }
}

function failure(error: unknown): CheckOutcome {
  const known = asSyncError(error)
  const remedy = known.code === 'INTERNAL' ? undefined : known.remedy
  const code = known.code === 'INTERNAL' ? undefined : { error_type: known.code }
  return { status: 'unhealthy', message: maskCredentials(known.message), remedy, observed: code }
}

function resultOf(
  check: HealthCheck,
  outcome: CheckOutcome,
  at: { readonly nowMs: number; readonly tookMs: number; readonly last: CheckResult | null },
): CheckResult {
  const { last, nowMs } = at
  return {
    ...outcome,
    responseTimeMs: at.tookMs,
    critical: check.critical,
    checkedAtMs: nowMs,
    lastSuccessMs: outcome.status === 'healthy' ? nowMs : (last?.lastSuccessMs ?? null),
    sinceMs: last?.status === outcome.status ? last.sinceMs : nowMs,
    staleAfterMs: check.everyMs * STALE_INTERVALS + check.timeoutMs,
  }
}
