import type { Random } from '../../core/clock.ts'
import type { SyncError } from '../../core/sync-error.ts'
import { backOffMs } from '../../pipeline/back-off.ts'

/** Pauses between sessions. */
const RESTART_BOUNDS = { firstMs: 500, maxMs: 30_000 }

/** A session that lived this long counts as a good one: the next failure is a first failure again. */
const GOOD_AFTER_MS = 60_000

/** What a transaction teaches is soon learned; who learns more often than this in a row learns nothing. */
const MOST_LESSONS = 20

/** How sessions ended since the last good one. */
export interface Restarts {
  readonly failures: number
  /** Sessions that ended to send a transaction in another way. */
  readonly lessons: number
  /** Whether the last one was of those. */
  readonly learned: boolean
}

/** No session has ended yet. */
export const NO_RESTARTS: Restarts = { failures: 0, lessons: 0, learned: false }

/** Counts the end of a session that lived for `livedMs`. Pure. */
export function countRestart(before: Restarts, { code }: Pick<SyncError, 'code'>, livedMs: number): Restarts {
  const { failures, lessons } = livedMs > GOOD_AFTER_MS ? NO_RESTARTS : before
  const learned = code === 'TRANSACTION_REPLANNED' && lessons < MOST_LESSONS
  return learned ? { failures, lessons: lessons + 1, learned } : { failures: failures + 1, lessons, learned }
}

/**
 * How long to wait before the next session. One that ended because it learned something is followed at once: nothing is overloaded, and
 * readers wait for the transaction. Pure but for `random`.
 */
export function restartPauseMs({ failures, learned }: Restarts, random: Random): number {
  return learned ? 0 : backOffMs(failures, RESTART_BOUNDS, random)
}
