import type { Destination } from './destination.ts'

/** What a receiver knows of one alert. */
export interface ToldAlert {
  /** Of the episode that it was told of. */
  readonly startedAtMs: number
  /** When a message last mentioned it. */
  readonly toldAtMs: number
  /** It is not sent again for so long, even when it ends and begins meanwhile. */
  readonly cooldownMs: number
  /** Whether the receiver believes that it fires. */
  readonly isOpen: boolean
  /** False when the message may or may not have arrived. */
  readonly isSure: boolean
  readonly knowsFlapping: boolean
  readonly knowsAcknowledged: boolean
}

/** What one receiver knows of one group: the picture that messages bring in line with the truth. */
export interface Ledger {
  readonly key: string
  readonly groupKey: string
  readonly groupLabels: Readonly<Record<string, string>>
  readonly destination: Destination
  /** By fingerprint. Those that are over are kept until their cooldown is. */
  readonly told: ReadonlyMap<string, ToldAlert>
  /** When a message was last tried, successfully or not; null: never. */
  readonly triedAtMs: number | null
  /** Changes when the group begins anew, after everything was over: mails of one life form a thread. */
  readonly threadId: string
}

/** The key of a group's ledger with a receiver. */
export function ledgerKey(groupKey: string, destination: string): string {
  return `${destination}|${groupKey}`
}
