import type { Secret } from '../secret.ts'
import type { ChannelConfig } from './channel-section.ts'
import type { InhibitRule } from './inhibit-section.ts'
import type { OnCallConfig } from './oncall-section.ts'
import type { EscalationStep, Grouping, RouteConfig } from './routes-section.ts'
import type { ConfiguredSilence } from './silences-section.ts'
import type { TimeInterval } from './time-interval.ts'

/** When changes of an alert are too many to be told one by one. */
export interface FlappingConfig {
  readonly enabled: boolean
  /** Share of changes in percent from which an alert counts as flapping, and below which it no longer does. */
  readonly highPercent: number
  readonly lowPercent: number
  /** Length of one of the 20 looks back. */
  readonly sampleMs: number
}

/** A sign of life for a watcher outside. */
export interface DeadMansSwitchConfig {
  readonly url: Secret
  readonly everyMs: number
}

/** Everything that happens after a rule's state changes. */
export interface DeliveryConfig {
  /** In the order of the file; the guide's flat keys come first. */
  readonly channels: readonly ChannelConfig[]
  readonly grouping: Grouping
  readonly routes: readonly RouteConfig[]
  readonly escalations: ReadonlyMap<string, readonly EscalationStep[]>
  readonly oncall: OnCallConfig
  readonly muteTimes: ReadonlyMap<string, readonly TimeInterval[]>
  readonly silences: readonly ConfiguredSilence[]
  readonly inhibit: readonly InhibitRule[]
  readonly flapping: FlappingConfig
  readonly deadMansSwitch?: DeadMansSwitchConfig | undefined
  /** Origins of Alertmanagers that alerts are pushed to with `mode: alertmanager`. */
  readonly alertmanagerUrls: readonly string[]
  /** Under which people reach this service; messages link to it. */
  readonly externalUrl?: string | undefined
  readonly linkSecret?: Secret | undefined
  readonly linkValidMs: number
  readonly stateDirectory?: string | undefined
  /** What metrics were takes at most so much of it. */
  readonly historyBytes: number
}
