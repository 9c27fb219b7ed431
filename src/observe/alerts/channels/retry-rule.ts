import type { Random } from '../../../core/clock.ts'
import type { SendOutcome } from './channel.ts'

/** What is known of a message that is being sent. */
export interface Attempts {
  /** Attempts so far, the last one included; those that the receiver put off do not count. */
  readonly counted: number
  readonly startedAtMs: number
  /** The channel has just failed with another message: it is not waited for so long. */
  readonly isFailing: boolean
}

/** What follows from an attempt that did not deliver. */
export type RetryDecision =
  | { readonly tag: 'again'; readonly afterMs: number }
  | { readonly tag: 'give-up'; readonly reason: string }

const MOST_ATTEMPTS = 6
const MOST_WHILE_FAILING = 2
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 30_000
const LONGEST_RETRY_AFTER_MS = 5 * 60_000
const LONGEST_MS = 10 * 60_000

/**
 * Whether and when a message is tried again: pauses double from 1 s to 30 s, with jitter so that senders that failed together do not come
 * back together; what the receiver asks for (`Retry-After`) counts up to 5 minutes. After 6 attempts, or 10 minutes, another channel
 * stands in. Pure.
 */
export function retryDecision(
  outcome: Exclude<SendOutcome, { readonly tag: 'delivered' }>,
  { counted, startedAtMs, isFailing }: Attempts,
  nowMs: number,
  random: Random,
): RetryDecision {
  if (outcome.tag === 'refused') return { tag: 'give-up', reason: outcome.reason }
  const most = isFailing ? MOST_WHILE_FAILING : MOST_ATTEMPTS
  if (counted >= most) return { tag: 'give-up', reason: `${outcome.reason} (${counted} attempts)` }
  const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, counted - 1), LONGEST_PAUSE_MS)
  const jittered = Math.round(pauseMs * (0.5 + random() / 2))
  const afterMs = Math.max(jittered, outcome.retryAfterMs ?? 0)
  const isTooLong = (outcome.retryAfterMs ?? 0) > LONGEST_RETRY_AFTER_MS || nowMs + afterMs > startedAtMs + LONGEST_MS
  return isTooLong ? { tag: 'give-up', reason: `${outcome.reason} (asks to wait too long)` } : { tag: 'again', afterMs }
}
