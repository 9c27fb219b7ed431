import type { FlappingConfig } from '../../../config/alerting/delivery-config.ts'
import type { InhibitRule } from '../../../config/alerting/inhibit-section.ts'
import type { OnCallConfig } from '../../../config/alerting/oncall-section.ts'
import type { Severity } from '../alert-instance.ts'
import type { Routing } from './route.ts'

/** What the stages know of a channel. */
export interface ChannelPolicy {
  readonly name: string
  readonly sendResolved: boolean
  readonly minSeverity: Severity
  readonly maxPerHour: number
  readonly fallback?: string | undefined
  /** Whether it is told that somebody acknowledged. */
  readonly tellsAcknowledged: boolean
  /** Its receivers, when each keeps a picture of its own; null: it has one alone. */
  readonly addresses: readonly string[] | null
  /** The one form of an address. */
  normalise(address: string): string
}

/** All rules by which it is decided who is told what, when. */
export interface Policy {
  readonly pipeline: string
  readonly routing: Routing
  /** In the order in which one stands in for another. */
  readonly channels: ReadonlyMap<string, ChannelPolicy>
  readonly oncall: OnCallConfig
  readonly inhibit: readonly InhibitRule[]
  readonly flapping: FlappingConfig
}

const RANK: Readonly<Record<Severity, number>> = { info: 0, warning: 1, critical: 2 }

/** Whether a severity is at least as bad as another. */
export function isAtLeast(severity: Severity, least: Severity): boolean {
  return RANK[severity] >= RANK[least]
}
