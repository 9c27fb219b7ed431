import type { CheckOutcome, HealthCheck } from '../../observe/health/health-check.ts'
import type { CheckDeps } from './check-deps.ts'

type Answer = { readonly now_ms: string; readonly in_recovery: boolean }

const QUESTION = `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::text AS now_ms, pg_is_in_recovery() AS in_recovery`

/** `postgres_connection`: whether the source answers, how fast, and what its clock says. */
export function checkPostgres({ config, access, registry, clock, sourceClock }: CheckDeps): HealthCheck {
  const up = registry.gauge('sync_source_up', [])
  const offset = registry.gauge('sync_source_clock_offset_seconds', [])
  const { checkIntervalMs: everyMs, checkTimeoutMs: timeoutMs } = config.monitoring
  const ask = async (signal: AbortSignal): Promise<CheckOutcome> => {
    const [answer, tookFrom] = await access.source.ask(signal, async (session) => {
      const from = clock.now()
      return [await session.query<Answer>('asking whether it is well', QUESTION), from] as const
    })
    up.set(1)
    const [row] = answer
    sourceClock.offsetMs = Number(row?.now_ms) - (tookFrom + clock.now()) / 2
    offset.set(sourceClock.offsetMs / 1000)
    if (row?.in_recovery !== true) return { status: 'healthy', message: 'PostgreSQL connection is healthy' }
    const remedy = 'Point source.url at the primary.'
    return { status: 'degraded', message: 'PostgreSQL is a standby', remedy }
  }
  return {
    name: 'postgres_connection',
    critical: true,
    everyMs,
    timeoutMs,
    run: async (signal) => {
      try {
        return await ask(signal)
      } catch (error) {
        up.set(0)
        throw error
      }
    },
  }
}

/** A difference above which latencies and TLS are in doubt. */
const SKEW_WARNING_MS = 1_000

/** Whether both clocks agree; null: not measured yet. Pure. */
export function judgeClockSkew(offsetMs: number | null): CheckOutcome {
  if (offsetMs === null) return { status: 'unknown', message: 'The clock of the source was not read yet' }
  const observed = { offset_ms: Math.round(offsetMs) }
  const message = `The clock of the source is ${Math.abs(Math.round(offsetMs))} ms ${offsetMs < 0 ? 'behind' : 'ahead'}`
  if (Math.abs(offsetMs) <= SKEW_WARNING_MS) return { status: 'healthy', message, observed }
  return { status: 'degraded', message, remedy: 'Set the clocks of both machines by NTP.', observed }
}

/** `clock_skew`: whether the clocks of both machines agree. */
export function checkClockSkew({ config, sourceClock }: CheckDeps): HealthCheck {
  return {
    name: 'clock_skew',
    critical: false,
    everyMs: config.monitoring.checkIntervalMs,
    timeoutMs: config.monitoring.checkTimeoutMs,
    run: async () => judgeClockSkew(sourceClock.offsetMs),
  }
}
