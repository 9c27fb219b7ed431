/** What a check found. `unknown`: not looked at yet, or for too long. */
export type HealthStatus = 'healthy' | 'degraded' | 'unhealthy' | 'unknown' | 'starting' | 'paused'

/** All of them, best first. */
export const HEALTH_STATUSES: readonly HealthStatus[] = [
  'healthy',
  'degraded',
  'unhealthy',
  'unknown',
  'starting',
  'paused',
]

/** A value beside the status, for people and programs. Never a secret, never a value of a row. */
export type Observed = string | number | boolean | null | readonly string[]

/** What one run of a check says. */
export interface CheckOutcome {
  readonly status: HealthStatus
  /** One sentence. */
  readonly message: string
  /** What to do; present when there is something to do. */
  readonly remedy?: string | undefined
  readonly observed?: Readonly<Record<string, Observed>> | undefined
}

/** A check's result as it is shown. */
export interface CheckResult extends CheckOutcome {
  readonly responseTimeMs?: number | undefined
  /** Whether the service as a whole is unhealthy when this is. */
  readonly critical: boolean
  /** Wall clock of the look; null: none yet. */
  readonly checkedAtMs: number | null
  readonly lastSuccessMs: number | null
  /** Since when the status is as it is. */
  readonly sinceMs: number
  /** After this age the result says nothing any more. */
  readonly staleAfterMs: number
}

/** Something that is asked in the background. */
export interface HealthCheck {
  readonly name: string
  readonly critical: boolean
  readonly everyMs: number
  readonly timeoutMs: number
  /** Looks once. A failure to look is a failure of what is looked at. */
  run(signal: AbortSignal): Promise<CheckOutcome>
}

/** Whether a check in this state serves its purpose. */
export function isServing(status: HealthStatus): boolean {
  return status === 'healthy' || status === 'degraded'
}
