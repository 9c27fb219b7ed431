import type { Clock, Random } from '../../../core/clock.ts'
import type { Channel } from '../channels/channel.ts'
import { retryDecision } from '../channels/retry-rule.ts'
import type { AlertMessage, MessageLinks } from '../message/alert-message.ts'
import type { Delivery } from '../stages/settle.ts'

/** What sending takes from outside. */
export interface DispatcherParts {
  readonly channels: ReadonlyMap<string, Channel>
  readonly linksOf: (message: AlertMessage) => MessageLinks
  readonly isFailing: (channel: string) => boolean
  readonly clock: Clock
  readonly random: Random
  /** Told how each message ended. */
  readonly onEnd?: ((channel: string, result: 'success' | 'failure') => void) | undefined
}

/** Slack takes about one message in a second; no channel needs more. */
const GAP_MS = 1000
const GONE: Delivery = {
  tag: 'failed',
  attempts: 0,
  reason: 'the channel is not configured any more',
  maybeArrived: false,
}

/** Sends messages, one after another in each channel, and tries again what may pass. Closing it stops at once: what is under way is sent again by the next life. */
export class Dispatcher implements AsyncDisposable {
  readonly #parts: DispatcherParts
  readonly #lanes = new Map<string, Promise<unknown>>()
  readonly #lastSentMs = new Map<string, number>()
  readonly #stop = new AbortController()

  constructor(parts: DispatcherParts) {
    this.#parts = parts
  }

  /** Resolves when the message is delivered or given up; null when the dispatcher was closed before. */
  async send(message: AlertMessage): Promise<Delivery | null> {
    const { channel } = message.destination
    const before = this.#lanes.get(channel) ?? Promise.resolve()
    const sending = before.then(async () => {
      const delivery = await this.#deliver(message)
      if (delivery) this.#parts.onEnd?.(channel, delivery.tag === 'delivered' ? 'success' : 'failure')
      return delivery
    })
    this.#lanes.set(
      channel,
      sending.catch(() => undefined),
    )
    return await sending
  }

  async #deliver(message: AlertMessage): Promise<Delivery | null> {
    const { channels, clock, random, isFailing } = this.#parts
    const { channel: name } = message.destination
    const channel = channels.get(name)
    if (!channel) return GONE
    const links = this.#parts.linksOf(message)
    const startedAtMs = clock.now()
    let attempts = 0
    let counted = 0
    let maybeArrived = false
    for (;;) {
      if (!(await this.#keepGap(name))) return null
      const outcome = await channel.send(message, links, this.#stop.signal)
      attempts += 1
      if (outcome.tag === 'delivered') return { tag: 'delivered', attempts }
      if (this.#stop.signal.aborted) return null
      maybeArrived ||= outcome.tag === 'retry' && outcome.maybeArrived
      if (outcome.tag === 'refused' || outcome.retryAfterMs === undefined) counted += 1
      const decision = retryDecision(outcome, { counted, startedAtMs, isFailing: isFailing(name) }, clock.now(), random)
      if (decision.tag === 'give-up') return { tag: 'failed', attempts, reason: decision.reason, maybeArrived }
      if (!(await this.#pause(decision.afterMs))) return null
    }
  }

  async #keepGap(channel: string): Promise<boolean> {
    const { clock } = this.#parts
    const last = this.#lastSentMs.get(channel)
    const leftMs = last === undefined ? 0 : last + GAP_MS - clock.monotonicMs()
    if (leftMs > 0 && !(await this.#pause(leftMs))) return false
    this.#lastSentMs.set(channel, clock.monotonicMs())
    return !this.#stop.signal.aborted
  }

  /** False when the dispatcher was closed meanwhile. */
  async #pause(delayMs: number): Promise<boolean> {
    try {
      await this.#parts.clock.sleep(delayMs, this.#stop.signal)
      return true
    } catch {
      return false
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort(new Error('stopping'))
    await Promise.allSettled(this.#lanes.values())
    await Promise.allSettled([...this.#parts.channels.values()].map((channel) => channel[Symbol.asyncDispose]()))
  }
}
