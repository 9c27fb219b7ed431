import { FakeClock } from '../../../../test/support/fake-clock.ts'
import type { AlertInstance } from '../alert-instance.ts'
import { deliveryOf, instanceOf, MemoryAlertStore, NotifierLife, Receiver } from './notifier-world.ts'

/** Time between two rounds. */
export const ROUND_MS = 5000

/** One notifier with its receivers; every round lists the alerts that are on. */
export class Scene implements AsyncDisposable {
  readonly clock = new FakeClock()
  readonly store = new MemoryAlertStore()
  readonly receivers = new Map<string, Receiver>()
  readonly on = new Map<string, AlertInstance>()
  readonly #alerting: string
  life: NotifierLife

  constructor(alerting: string) {
    this.#alerting = alerting
    for (const { name } of deliveryOf(alerting).channels) this.receivers.set(name, new Receiver())
    this.life = this.#begin()
  }

  #begin(): NotifierLife {
    return new NotifierLife({
      delivery: deliveryOf(this.#alerting),
      store: this.store,
      receivers: this.receivers,
      clock: this.clock,
    })
  }

  async start(): Promise<void> {
    await this.life.notifier.start()
  }

  async restart(): Promise<void> {
    await this.life[Symbol.asyncDispose]()
    this.life = this.#begin()
    await this.start()
  }

  fire(parts: Partial<AlertInstance> & Pick<AlertInstance, 'rule'>): void {
    const instance = instanceOf({ sinceMs: this.clock.now(), startedAtMs: this.clock.now(), ...parts })
    this.on.set(instance.fingerprint, instance)
  }

  clear(rule: string): void {
    for (const [key, instance] of this.on) if (instance.rule === rule) this.on.delete(key)
  }

  async pass(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += ROUND_MS) {
      await this.life.round(this.clock, ...this.on.values())
      await this.clock.advance(ROUND_MS)
    }
  }

  told(channel: string): readonly string[] {
    return this.receivers.get(channel)?.told ?? []
  }

  receiver(channel: string): Receiver {
    const receiver = this.receivers.get(channel)
    if (!receiver) throw new Error(`no channel ${channel}`)
    return receiver
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.life[Symbol.asyncDispose]()
  }
}
