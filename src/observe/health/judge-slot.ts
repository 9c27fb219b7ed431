import type { CheckOutcome } from './health-check.ts'

/** A replication slot as the source shows it. */
export interface SlotFacts {
  readonly active: boolean
  readonly walStatus: string
  /** Null without max_slot_wal_keep_size. */
  readonly safeWalBytes: number | null
  readonly retainedBytes: number
  readonly lagBytes: number
  /** Bytes that retained WAL grows per second; null while it is not known. */
  readonly growthBytesPerSecond: number | null
}

/** Warn so long before the slot is lost, and raise the alarm so long before. */
const WARN_SECONDS = 24 * 3600
const ALARM_SECONDS = 4 * 3600

/**
 * Time until the slot is lost if retained WAL goes on growing as it does; Infinity when it does not grow, null when nothing limits it or
 * growth is not known. Pure.
 */
export function secondsUntilLost({ safeWalBytes, growthBytesPerSecond }: SlotFacts): number | null {
  if (safeWalBytes === null || growthBytesPerSecond === null) return null
  if (growthBytesPerSecond <= 0) return Number.POSITIVE_INFINITY
  return Math.max(0, safeWalBytes) / growthBytesPerSecond
}

/** Whether the slot keeps what the pipeline needs. Null: there is no such slot. Pure. */
export function judgeSlot(slot: SlotFacts | null): CheckOutcome {
  if (slot === null) {
    const remedy = 'Run sync-app resync --all: it makes a new slot and copies every table again.'
    return { status: 'unhealthy', message: 'The replication slot does not exist', remedy }
  }
  const left = secondsUntilLost(slot)
  const observed = {
    active: slot.active,
    wal_status: slot.walStatus,
    safe_wal_bytes: slot.safeWalBytes,
    retained_bytes: slot.retainedBytes,
    lag_bytes: slot.lagBytes,
    seconds_until_lost: left !== null && Number.isFinite(left) ? Math.round(left) : null,
  }
  const raise = 'Raise max_slot_wal_keep_size at the source, or find what stops the pipeline.'
  if (slot.walStatus === 'lost') {
    const remedy = 'Raise max_slot_wal_keep_size, then run sync-app resync --all.'
    return { status: 'unhealthy', message: 'The slot is lost: WAL that it needs was removed', remedy, observed }
  }
  if (slot.walStatus === 'unreserved') {
    return { status: 'unhealthy', message: 'The slot is about to be lost', remedy: raise, observed }
  }
  if (left !== null && left < WARN_SECONDS) {
    const status = left < ALARM_SECONDS ? 'unhealthy' : 'degraded'
    const message = `At the present growth the slot is lost in ${(left / 3600).toFixed(1)} h`
    return { status, message, remedy: raise, observed }
  }
  if (!slot.active) {
    const remedy = 'Nothing while the pipeline begins anew; else look at its last error.'
    return { status: 'degraded', message: 'Nobody reads the slot', remedy, observed }
  }
  return { status: 'healthy', message: 'The slot keeps what is needed', observed }
}

/** Growth of retained WAL by two looks; null for the first one. A look sooner than a second after the other tells nothing. Pure. */
export function growthOf(
  before: { readonly atMs: number; readonly retainedBytes: number } | null,
  now: { readonly atMs: number; readonly retainedBytes: number },
): number | null {
  if (before === null || now.atMs - before.atMs < 1000) return null
  return ((now.retainedBytes - before.retainedBytes) * 1000) / (now.atMs - before.atMs)
}
