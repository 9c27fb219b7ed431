import type { CheckOutcome } from './health-check.ts'

/** A share of something that should not be used up; NaN while it is not known. */
export interface Share {
  readonly name: string
  readonly ratio: number
}

/** The guide's limits: above 90 % something is wrong. */
const ALARM_RATIO = 0.9

/** Whether the fullest of several shares leaves room. `what` begins the sentence: `Memory`. Pure. */
export function judgeShares(what: string, shares: readonly Share[], remedy: string): CheckOutcome {
  const known = shares.filter(({ ratio }) => !Number.isNaN(ratio))
  const observed = Object.fromEntries(known.map(({ name, ratio }) => [name, Math.round(ratio * 1000) / 1000]))
  const [fullest] = known.toSorted((a, b) => b.ratio - a.ratio)
  if (fullest === undefined) return { status: 'unknown', message: `${what} is not measured` }
  const percent = `${Math.round(fullest.ratio * 100)} %`
  const where = known.length > 1 ? ` (${fullest.name})` : ''
  if (fullest.ratio > ALARM_RATIO)
    return { status: 'unhealthy', message: `${what} is at ${percent}${where}`, remedy, observed }
  return { status: 'healthy', message: `${what} is at ${percent}${where}`, observed }
}

/** Share of failed records that is a warning, and that is an alarm, as the guide has them. */
const ERROR_WARNING = 0.05
const ERROR_ALARM = 0.1

/** Whether few enough records fail; NaN: there were none. Pure. */
export function judgeErrorRate(ratio: number): CheckOutcome {
  if (Number.isNaN(ratio)) return { status: 'healthy', message: 'No records in the last five minutes' }
  const observed = { error_rate: Math.round(ratio * 10_000) / 10_000 }
  const message = `${(ratio * 100).toFixed(ratio === 0 ? 0 : 1)} % of records failed in the last five minutes`
  const remedy = 'See the last errors in the log, and docs/errors.md.'
  if (ratio > ERROR_ALARM) return { status: 'unhealthy', message, remedy, observed }
  if (ratio > ERROR_WARNING) return { status: 'degraded', message, remedy, observed }
  return { status: 'healthy', message, observed }
}

/** A pool as metrics have it. */
export interface PoolFacts {
  readonly name: string
  readonly used: number
  /** NaN when there is none. */
  readonly limit: number
  readonly waiting: number
}

/** Whether requests get connections. A pool of copies is meant to be used up. Pure. */
export function judgePools(pools: readonly PoolFacts[]): CheckOutcome {
  if (pools.length === 0) return { status: 'unknown', message: 'No pool is open' }
  const observed = Object.fromEntries(
    pools.map(({ name, used, limit }) => [name, Number.isNaN(limit) ? `${used}` : `${used} of ${limit}`]),
  )
  const short = pools.filter(({ name, used, limit, waiting }) => name !== 'source_copy' && used >= limit && waiting > 0)
  if (short.length === 0) return { status: 'healthy', message: 'Connections are free', observed }
  const names = short.map(({ name, waiting }) => `${name} (${waiting} wait)`).join(', ')
  const remedy = 'Look why answers take long: connections are given back after each.'
  return { status: 'degraded', message: `All connections are used: ${names}`, remedy, observed }
}
