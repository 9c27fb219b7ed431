import type { Lsn } from '../../../core/lsn.ts'

/** How often we show a sign of life, and how long we wait for one. Milliseconds. */
export interface LivenessLimits {
  /** Time between status updates when there is nothing new to tell. */
  readonly statusEveryMs: number
  /** Time between status updates when there is something new, and between answers. */
  readonly confirmEveryMs: number
  /** Silence after which the server is asked for an answer. */
  readonly askAfterMs: number
  /** Silence after which the connection counts as dead. */
  readonly deadAfterMs: number
}

/** What is known at a moment. Times are of the monotonic clock, in milliseconds. */
export interface LivenessState {
  readonly nowMs: number
  readonly lastStatusMs: number
  readonly lastReceivedMs: number
  /** Whether a position was confirmed that the server has not been told, or an answer is owed to it. */
  readonly hasNews: boolean
  /** Whether the socket is read: while it is not, silence means nothing. */
  readonly reading: boolean
}

/** What to do now. */
export type LivenessDecision =
  | { readonly tag: 'wait' }
  | { readonly tag: 'send'; readonly replyRequested: boolean }
  | { readonly tag: 'dead'; readonly silentMs: number }

/** First version whose walsender answers while it skips a large transaction that is not published. */
const ANSWERS_WHILE_SKIPPING = 150_000

/**
 * The limits that suit a server.
 *
 * A status update goes out three times per `wal_sender_timeout` at least: the server ends a session that is silent for
 * that long. Its value 0 means never; then every 10 s.
 */
export function livenessLimits(walSenderTimeoutMs: number, serverVersionNum: number): LivenessLimits {
  const third = walSenderTimeoutMs === 0 ? 10_000 : walSenderTimeoutMs / 3
  const statusEveryMs = Math.max(10, Math.min(10_000, third))
  const deadAfterMs = serverVersionNum >= ANSWERS_WHILE_SKIPPING ? 60_000 : 300_000
  return { statusEveryMs, confirmEveryMs: Math.min(1000, statusEveryMs), askAfterMs: 10_000, deadAfterMs }
}

/** Decides what a tick of the timer does. */
export function decideLiveness(state: LivenessState, limits: LivenessLimits): LivenessDecision {
  const silentMs = state.reading ? state.nowMs - state.lastReceivedMs : 0
  if (silentMs >= limits.deadAfterMs) return { tag: 'dead', silentMs }
  const sinceStatusMs = state.nowMs - state.lastStatusMs
  const isDue = sinceStatusMs >= limits.statusEveryMs
  const isNews = state.hasNews && sinceStatusMs >= limits.confirmEveryMs
  if (isDue || isNews) return { tag: 'send', replyRequested: silentMs >= limits.askAfterMs }
  return { tag: 'wait' }
}

/** Requests for an answer that came right after an answer, one after another. */
export interface RepeatedRequests {
  readonly walEnd: Lsn
  readonly count: number
}

/** This many mean that the server is shutting down. */
const REQUESTS_OF_A_STOPPING_SERVER = 3

/**
 * Counts a request for an answer, made at `walEnd` and `sinceStatusMs` after our last status update.
 *
 * A server that runs asks after half of `wal_sender_timeout` without an answer. One that shuts down asks again and again
 * until all that it has sent is confirmed.
 * @see WalSndDone in PostgreSQL's walsender.c
 */
export function countRequest(
  before: RepeatedRequests,
  request: { readonly walEnd: Lsn; readonly sinceStatusMs: number },
  limits: LivenessLimits,
): RepeatedRequests {
  const { walEnd } = request
  if (request.sinceStatusMs >= limits.confirmEveryMs / 2) return { walEnd, count: 0 }
  return { walEnd, count: before.walEnd === walEnd ? before.count + 1 : 1 }
}

/** Whether a server that asked like this is shutting down: it waits for us, for as long as the target does not take what it sent. */
export function isStopping(requests: RepeatedRequests): boolean {
  return requests.count >= REQUESTS_OF_A_STOPPING_SERVER
}
