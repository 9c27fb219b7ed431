/** How often we show a sign of life, and how long we wait for one. Milliseconds. */
export interface LivenessLimits {
  /** Time between status updates when there is nothing new to tell. */
  readonly statusEveryMs: number
  /** Time between status updates when a position was confirmed. */
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
  /** Whether a position was confirmed that the server has not been told. */
  readonly unsentConfirmation: boolean
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
  const isNews = state.unsentConfirmation && sinceStatusMs >= limits.confirmEveryMs
  if (isDue || isNews) return { tag: 'send', replyRequested: silentMs >= limits.askAfterMs }
  return { tag: 'wait' }
}
