import type { Severity } from '../alert-instance.ts'
import type { Destination } from '../stages/destination.ts'
import type { SendReason } from '../stages/decide.ts'

/** An alert as a message shows it. */
export interface MessageAlert {
  readonly fingerprint: string
  readonly rule: string
  readonly labels: Readonly<Record<string, string>>
  readonly severity: Severity
  readonly value: number | null
  readonly startedAtMs: number
  /** Null while it fires. */
  readonly endedAtMs: number | null
  readonly summary: string
  readonly description: string
  readonly why: string
  readonly remedy: string
  readonly runbook: string
  readonly isFlapping: boolean
  readonly acknowledgedBy: string | null
}

/**
 * What one receiver is told about one group. Frozen when it is decided: a message that is tried again is the same, under the same id,
 * so that receivers can tell a repetition.
 */
export interface AlertMessage {
  /** Also the idempotency key. */
  readonly id: string
  readonly pipeline: string
  readonly reason: SendReason | 'test'
  readonly groupKey: string
  readonly groupLabels: Readonly<Record<string, string>>
  /** The same for all messages from when a group begins to fire until it is over. */
  readonly threadId: string
  readonly isFirstOfThread: boolean
  readonly destination: Destination
  /** The worst ones first; at most {@link MOST_LINES} of them. */
  readonly firing: readonly MessageAlert[]
  readonly resolved: readonly MessageAlert[]
  readonly firingCount: number
  readonly resolvedCount: number
  /** Of what fires, or else of what is over. */
  readonly severity: Severity
  readonly createdAtMs: number
  /** Why this receiver is told instead of another. */
  readonly note: string | null
}

/** Alerts that a message lists; the rest is counted. */
export const MOST_LINES = 1000

/** Addresses that a message shows; null where nothing is configured. */
export interface MessageLinks {
  /** Where the alerts can be seen. */
  readonly alerts: string | null
  /** Leads to a page on which the alerts can be acknowledged. */
  readonly acknowledge: string | null
}
