import type { AlertingState, StateChange } from './alerting-state.ts'
import { destinationKey, destinationsOf, type Destination } from './destination.ts'
import { ledgerKey, type Ledger, type ToldAlert } from './ledger.ts'
import type { Notification, NotifiedAlert } from './notification.ts'
import { isAtLeast, type ChannelPolicy, type Policy } from './policy.ts'

/** How the sending of a notification ended. */
export type Delivery =
  | { readonly tag: 'delivered'; readonly attempts: number }
  /** Given up. `maybeArrived`: an attempt broke off after the message was sent. */
  | { readonly tag: 'failed'; readonly attempts: number; readonly reason: string; readonly maybeArrived: boolean }

/** What follows from the end of a notification. */
export interface Settlement {
  readonly changes: readonly StateChange[]
  /** The same message to the channel that stands in; null when there is none or none is needed. */
  readonly fallback: Notification | null
}

/** What is settled with. */
export interface SettleContext {
  readonly policy: Policy
  readonly nowMs: number
  readonly newId: () => string
}

/** Writes what a receiver knows now into its ledger, or has another channel stand in. Pure. */
export function settle(
  state: AlertingState,
  notification: Notification,
  delivery: Delivery,
  context: SettleContext,
): Settlement {
  const done: StateChange = { tag: 'notification', key: notification.id, value: null }
  const ledger = ledgerAfter(state.ledgers.get(notification.ledgerKey), notification, delivery, context.nowMs)
  const health = channelAfter(state, notification, delivery, context.nowMs)
  const fallback = delivery.tag === 'failed' ? fallbackOf(state, notification, delivery.reason, context) : null
  const queued: readonly StateChange[] = fallback ? [{ tag: 'notification', key: fallback.id, value: fallback }] : []
  return { changes: [{ tag: 'ledger', key: ledger.key, value: ledger }, ...health, ...queued, done], fallback }
}

function ledgerAfter(
  before: Ledger | undefined,
  notification: Notification,
  delivery: Delivery,
  nowMs: number,
): Ledger {
  const { message, ledgerKey: key, reason } = notification
  const { groupKey, groupLabels, destination, threadId } = message
  const told = before?.told ?? new Map<string, ToldAlert>()
  // That somebody acknowledged is told beside the group's rhythm.
  const triedAtMs = reason === 'acknowledged' ? (before?.triedAtMs ?? null) : nowMs
  const ledger = { key, groupKey, groupLabels, destination, triedAtMs, threadId, told }
  if (delivery.tag === 'delivered') return { ...ledger, told: toldAfter(told, notification, nowMs, true) }
  return delivery.maybeArrived ? { ...ledger, told: toldAfter(told, notification, nowMs, false) } : ledger
}

/** What a receiver knows after a message that did arrive (`isSure`), or may have. */
function toldAfter(
  before: ReadonlyMap<string, ToldAlert>,
  { reason, firing, resolved }: Notification,
  nowMs: number,
  isSure: boolean,
): ReadonlyMap<string, ToldAlert> {
  const told = new Map(before)
  for (const alert of firing) {
    const known = told.get(alert.fingerprint)
    const toldAtMs = reason === 'acknowledged' && known ? known.toldAtMs : nowMs
    told.set(alert.fingerprint, toldAlert(alert, toldAtMs, isSure || isSureAlready(known, alert)))
  }
  for (const fingerprint of isSure ? resolved : []) {
    const known = told.get(fingerprint)
    if (known) told.set(fingerprint, { ...known, isOpen: false })
  }
  return told
}

function toldAlert(
  { startedAtMs, cooldownMs, isFlapping, isAcknowledged }: NotifiedAlert,
  toldAtMs: number,
  isSure: boolean,
): ToldAlert {
  return {
    startedAtMs,
    toldAtMs,
    cooldownMs,
    isOpen: true,
    isSure,
    knowsFlapping: isFlapping,
    knowsAcknowledged: isAcknowledged,
  }
}

function isSureAlready(known: ToldAlert | undefined, { startedAtMs }: NotifiedAlert): boolean {
  return known?.isOpen === true && known.isSure && known.startedAtMs === startedAtMs
}

function channelAfter(
  state: AlertingState,
  { message }: Notification,
  delivery: Delivery,
  nowMs: number,
): readonly StateChange[] {
  const { channel } = message.destination
  const known = state.failures.get(channel)
  if (delivery.tag === 'delivered') return known ? [{ tag: 'failure', key: channel, value: null }] : []
  const { reason } = delivery
  const sinceMs = known?.sinceMs ?? nowMs
  const failedMessages = (known?.failedMessages ?? 0) + 1
  return [{ tag: 'failure', key: channel, value: { channel, sinceMs, reason, failedMessages } }]
}

function fallbackOf(
  state: AlertingState,
  notification: Notification,
  reason: string,
  { policy, newId }: SettleContext,
): Notification | null {
  const { message } = notification
  const failedChannels = [...notification.failedChannels, message.destination.channel]
  const destination = standIn(state, notification, failedChannels, policy)
  if (destination === null) return null
  const key = ledgerKey(message.groupKey, destinationKey(destination))
  const told = state.ledgers.get(key)?.told
  const onTheWay = [...state.outbox.values()].filter(({ ledgerKey: other }) => other === key)
  const isNews = (fingerprint: string): boolean =>
    told?.get(fingerprint)?.isOpen !== true &&
    !onTheWay.some(({ firing }) => firing.some((alert) => alert.fingerprint === fingerprint))
  if (!notification.firing.some(({ fingerprint }) => isNews(fingerprint))) return null
  const id = newId()
  const note = `${message.destination.channel} could not be reached: ${reason}`
  return {
    ...notification,
    id,
    ledgerKey: key,
    resolved: [],
    failedChannels,
    message: { ...message, id, destination, note, threadId: id, isFirstOfThread: true },
  }
}

/** The receiver that stands in: the configured one, else the next channel that this group does not go to anyway. */
function standIn(
  state: AlertingState,
  { message }: Notification,
  failedChannels: readonly string[],
  policy: Policy,
): Destination | null {
  const { groupKey, severity, destination: failed } = message
  const busy = new Set([
    ...failedChannels,
    ...[...state.ledgers.values()].flatMap((ledger) =>
      ledger.groupKey === groupKey ? ledger.destination.channel : [],
    ),
    ...[...state.outbox.values()].flatMap((each) =>
      each.message.groupKey === groupKey ? each.message.destination.channel : [],
    ),
  ])
  const configured = policy.channels.get(failed.channel)?.fallback
  const candidates =
    configured === undefined
      ? [...policy.channels.values()].filter(({ name }) => !busy.has(name) && !state.failures.has(name))
      : [policy.channels.get(configured)].filter((channel) => channel !== undefined)
  const channel = candidates.find(({ name, minSeverity }) => {
    return !failedChannels.includes(name) && isAtLeast(severity, minSeverity)
  })
  return channel ? firstReceiver(channel, policy) : null
}

function firstReceiver({ name }: ChannelPolicy, { channels, oncall }: Policy): Destination | null {
  const book = { channels, oncall, overrides: [] }
  return destinationsOf([{ tag: 'channel', channel: name }], book, 0)[0] ?? null
}
