import type { Clock } from '../../../core/clock.ts'
import { chooseAction } from './choose-action.ts'
import { seededRandom } from './seeded-random.ts'
import { newCounts, type ShopCounts } from './shop-counts.ts'
import type { ShopSize } from './shop-data.ts'
import { HAPPENINGS, type Happening } from './shop-happenings.ts'
import { addCounts, ShopSession, type ShopFloor } from './shop-session.ts'

/** How busy a shop is. */
export interface WorkloadOptions {
  /** The database that {@link createShop} filled. */
  readonly url: string
  readonly size: ShopSize
  readonly seed: number
  readonly clock: Clock
  /** Connections that work at the same time, beside the owner's. Default 4. */
  readonly sessions?: number | undefined
  /** Of all sessions together. Default 200. */
  readonly transactionsPerSecond?: number | undefined
}

/** Opens the shop: customers and clerks work until it is closed. */
export async function openShop(options: WorkloadOptions): Promise<ShopWorkload> {
  const { size, url, seed } = options
  const floor: ShopFloor = {
    size,
    last: { order: size.orders, auditEntry: size.auditEntries, visit: size.visits, event: 0 },
    hasPromotions: false,
  }
  const count = options.sessions ?? 4
  const opening = Array.from({ length: count + 1 }, (_, index) =>
    ShopSession.open(url, seededRandom(seed * 1000 + index), floor),
  )
  const opened = await Promise.allSettled(opening)
  const sessions = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []))
  const [owner, ...workers] = sessions
  const failure = opened.find((result) => result.status === 'rejected')
  if (owner === undefined || failure !== undefined) {
    await Promise.all(sessions.map((session) => session[Symbol.asyncDispose]()))
    throw new Error('The shop cannot open its connections.', { cause: failure?.reason })
  }
  return new ShopWorkload(owner, workers, options)
}

/** A shop that is open. Closing it lets every transaction at hand end. */
export class ShopWorkload implements AsyncDisposable {
  /** Rejects when a session failed; resolves when the shop was closed. */
  readonly ended: Promise<void>
  readonly #closing = new AbortController()
  readonly #sessions: readonly ShopSession[]
  readonly #clock: Clock
  readonly #pauseMs: number

  constructor(owner: ShopSession, workers: readonly ShopSession[], options: WorkloadOptions) {
    this.#sessions = [owner, ...workers]
    this.#clock = options.clock
    this.#pauseMs = (workers.length * 1000) / (options.transactionsPerSecond ?? 200)
    this.ended = this.#run(owner, workers)
    // Whoever does not ask for the end hears of a failure from `close`.
    this.ended.catch(() => undefined)
  }

  /** What was committed so far. */
  get counts(): ShopCounts {
    const sum = newCounts()
    for (const session of this.#sessions) addCounts(sum, session.counts)
    return sum
  }

  /** Ends the work in order; what should happen at least once and did not yet happens now. @throws what ended a session. */
  async close(): Promise<ShopCounts> {
    this.#closing.abort()
    try {
      await this.ended
      return this.counts
    } finally {
      await this[Symbol.asyncDispose]()
    }
  }

  /** Ends the work and the connections. Safe to call twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing.abort()
    await this.ended.catch(() => undefined)
    await Promise.all(this.#sessions.map((session) => session[Symbol.asyncDispose]()))
  }

  async #run(owner: ShopSession, workers: readonly ShopSession[]): Promise<void> {
    const all = [...workers.map((worker) => this.#work(worker)), ...HAPPENINGS.map((one) => this.#happen(one, owner))]
    try {
      await Promise.all(all)
    } catch (error) {
      this.#closing.abort()
      await Promise.allSettled(all)
      throw error
    }
  }

  async #work(session: ShopSession): Promise<void> {
    let dueMs = this.#clock.monotonicMs()
    while (await this.#sleptUntil(dueMs)) {
      await session.transact(chooseAction(session.random))
      // A session that was held up does not make up for it in a burst.
      dueMs = Math.max(dueMs + this.#pauseMs, this.#clock.monotonicMs() - 1_000)
    }
  }

  async #happen(happening: Happening, owner: ShopSession): Promise<void> {
    let dueMs = this.#clock.monotonicMs() + happening.firstAfterMs
    await this.#sleptUntil(dueMs)
    do {
      await this.#asOwner(() => happening.run(owner))
      if (happening.everyMs === null) return
      dueMs += happening.everyMs
    } while (await this.#sleptUntil(dueMs))
  }

  #ownersWork: Promise<void> = Promise.resolve()

  /** The owner has one connection: one thing after another. */
  async #asOwner(work: () => Promise<void>): Promise<void> {
    const before = this.#ownersWork
    const mine = before.then(work)
    this.#ownersWork = mine.catch(() => undefined)
    await mine
  }

  /** False when the shop is being closed. */
  async #sleptUntil(dueMs: number): Promise<boolean> {
    const { signal } = this.#closing
    if (signal.aborted) return false
    const waitMs = dueMs - this.#clock.monotonicMs()
    if (waitMs <= 0) return true
    return this.#clock.sleep(waitMs, signal).then(
      () => true,
      () => false,
    )
  }
}
