import type { HealthCheck } from '../../observe/health/health-check.ts'
import { growthOf, judgeSlot, secondsUntilLost, type SlotFacts } from '../../observe/health/judge-slot.ts'
import type { MetricRegistry } from '../../observe/metrics/metric-registry.ts'
import type { Session } from '../../source/postgres/catalog/session.ts'
import type { CheckDeps } from './check-deps.ts'

type SlotRow = {
  readonly active: boolean
  readonly wal_status: string | null
  readonly safe_wal: string | null
  readonly retained: string | null
  readonly lag: string | null
  readonly spill_txns: string | null
  readonly spill_bytes: string | null
}

/** @see PostgreSQL manual, pg_replication_slots and pg_stat_replication_slots (14 and later) */
const SLOT_SQL = `
  SELECT s.active, s.wal_status, s.safe_wal_size::text AS safe_wal,
         pg_wal_lsn_diff(pg_current_wal_lsn(), s.restart_lsn)::text AS retained,
         pg_wal_lsn_diff(pg_current_wal_lsn(), s.confirmed_flush_lsn)::text AS lag,
         t.spill_txns::text AS spill_txns, t.spill_bytes::text AS spill_bytes
    FROM pg_replication_slots s LEFT JOIN pg_stat_replication_slots t USING (slot_name)
   WHERE s.slot_name = $1`

const WAL_STATUSES = ['reserved', 'extended', 'unreserved', 'lost'] as const

/** Growth is reckoned over at most so long. */
const GROWTH_OVER_MS = 10 * 60_000
/** Over less than this a burst would look like a trend. */
const GROWTH_AT_LEAST_MS = 30_000

interface Look {
  readonly atMs: number
  readonly retainedBytes: number
}

/** `replication_slot`: whether the slot is there, is read, and how long it will last. */
export function checkSlot({ config, access, registry, clock, hasStarted }: CheckDeps): HealthCheck {
  const looks: Look[] = []
  const { checkIntervalMs: everyMs, checkTimeoutMs: timeoutMs } = config.monitoring
  return {
    name: 'replication_slot',
    critical: true,
    everyMs,
    timeoutMs,
    run: async (signal) => {
      const row = await access.source.ask(signal, (session) => readRow(session, config.source.slot))
      if (row === undefined)
        return hasStarted() ? judgeSlot(null) : { status: 'starting', message: 'The slot is not made yet' }
      const look = { atMs: clock.monotonicMs(), retainedBytes: Math.max(0, Number(row.retained ?? 0)) }
      const slot = factsOf(row, growth(looks, look))
      show(registry, slot, row)
      return judgeSlot(slot)
    },
  }
}

async function readRow(session: Session, slot: string): Promise<SlotRow | undefined> {
  const [row] = await session.query<SlotRow>(`reading slot ${slot}`, SLOT_SQL, [slot])
  return row
}

function growth(looks: Look[], now: Look): number | null {
  looks.push(now)
  while ((looks[0]?.atMs ?? now.atMs) < now.atMs - GROWTH_OVER_MS) looks.shift()
  const [oldest] = looks
  return oldest && now.atMs - oldest.atMs >= GROWTH_AT_LEAST_MS ? growthOf(oldest, now) : null
}

function factsOf(row: SlotRow, growthBytesPerSecond: number | null): SlotFacts {
  return {
    active: row.active,
    walStatus: row.wal_status ?? 'reserved',
    safeWalBytes: row.safe_wal === null ? null : Number(row.safe_wal),
    retainedBytes: Math.max(0, Number(row.retained ?? 0)),
    lagBytes: Math.max(0, Number(row.lag ?? 0)),
    growthBytesPerSecond,
  }
}

function show(registry: MetricRegistry, slot: SlotFacts, row: SlotRow): void {
  registry.gauge('sync_source_slot_active', []).set(slot.active ? 1 : 0)
  registry.gauge('sync_source_slot_lag_bytes', []).set(slot.lagBytes)
  registry.gauge('sync_source_slot_retained_bytes', []).set(slot.retainedBytes)
  registry.gauge('sync_source_slot_safe_wal_bytes', []).set(slot.safeWalBytes ?? Number.NaN)
  registry.gauge('sync_source_slot_seconds_until_lost', []).set(secondsUntilLost(slot) ?? Number.NaN)
  for (const status of WAL_STATUSES)
    registry.gauge('sync_source_slot_wal_status', [status]).set(slot.walStatus === status ? 1 : 0)
  registry.counter('sync_source_spill_txns_total', []).follow(Number(row.spill_txns ?? 0))
  registry.counter('sync_source_spill_bytes_total', []).follow(Number(row.spill_bytes ?? 0))
}
