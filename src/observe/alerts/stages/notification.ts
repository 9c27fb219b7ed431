import type { AlertMessage } from '../message/alert-message.ts'
import type { SendReason } from './decide.ts'

/** An alert of a notification, as the receiver will know it. */
export interface NotifiedAlert {
  readonly fingerprint: string
  readonly startedAtMs: number
  readonly cooldownMs: number
  readonly isFlapping: boolean
  readonly isAcknowledged: boolean
}

/** A message that is to be sent: recorded before it is, so that a crash in between loses nothing. */
export interface Notification {
  readonly id: string
  readonly ledgerKey: string
  readonly reason: SendReason
  /** Everything that the receiver is to believe to fire, not only what the message lists. */
  readonly firing: readonly NotifiedAlert[]
  readonly resolved: readonly string[]
  readonly message: AlertMessage
  /** Channels that failed to deliver it before it came to this one. */
  readonly failedChannels: readonly string[]
}
