import type { OnCallOverride } from '../calendar/on-call.ts'
import type { Episode } from './episode.ts'
import type { FlapHistory } from './flapping.ts'
import type { Ledger } from './ledger.ts'
import type { Notification } from './notification.ts'
import type { Silence } from './silence.ts'

/** How a channel does. Kept only while it fails. */
export interface ChannelFailure {
  readonly channel: string
  readonly sinceMs: number
  /** Never a secret. */
  readonly reason: string
  readonly failedMessages: number
}

/** Everything that the stages know. The first part is stored, the second is lost with the process and costs little. */
export interface AlertingState {
  readonly episodes: Map<string, Episode>
  readonly ledgers: Map<string, Ledger>
  readonly outbox: Map<string, Notification>
  readonly silences: Map<string, Silence>
  readonly overrides: Map<string, OnCallOverride>
  readonly failures: Map<string, ChannelFailure>

  readonly flaps: Map<string, FlapHistory>
  /** By ledger: since when there is something to tell. */
  readonly waitingSinceMs: Map<string, number>
  /** By receiver: when it had messages within the last hour. */
  readonly sentAtMs: Map<string, readonly number[]>
}

/** Nothing is known. */
export function emptyState(): AlertingState {
  return {
    episodes: new Map(),
    ledgers: new Map(),
    outbox: new Map(),
    silences: new Map(),
    overrides: new Map(),
    failures: new Map(),
    flaps: new Map(),
    waitingSinceMs: new Map(),
    sentAtMs: new Map(),
  }
}

/** A change of what is stored; null removes. */
export type StateChange =
  | { readonly tag: 'episode'; readonly key: string; readonly value: Episode | null }
  | { readonly tag: 'ledger'; readonly key: string; readonly value: Ledger | null }
  | { readonly tag: 'notification'; readonly key: string; readonly value: Notification | null }
  | { readonly tag: 'silence'; readonly key: string; readonly value: Silence | null }
  | { readonly tag: 'override'; readonly key: string; readonly value: OnCallOverride | null }
  | { readonly tag: 'failure'; readonly key: string; readonly value: ChannelFailure | null }

/** Makes the changes. */
export function applyChanges(state: AlertingState, changes: readonly StateChange[]): void {
  for (const change of changes) {
    switch (change.tag) {
      case 'episode':
        put(state.episodes, change.key, change.value)
        break
      case 'ledger':
        put(state.ledgers, change.key, change.value)
        break
      case 'notification':
        put(state.outbox, change.key, change.value)
        break
      case 'silence':
        put(state.silences, change.key, change.value)
        break
      case 'override':
        put(state.overrides, change.key, change.value)
        break
      case 'failure':
        put(state.failures, change.key, change.value)
        break
    }
  }
}

function put<T>(map: Map<string, T>, key: string, value: T | null): void {
  if (value === null) map.delete(key)
  else map.set(key, value)
}
