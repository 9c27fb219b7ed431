import type { Clock } from '../../core/clock.ts'
import type { TableId } from '../../core/table-id.ts'
import { verify } from '../verify.ts'
import { RowCounter, type RowCounts } from './count-rows.ts'
import type { DemoPicture, DemoRequest, DemoResult } from './demo-picture.ts'
import { setStage, type DemoStage } from './demo-stage.ts'
import { openShop, type ShopWorkload } from './shop/shop-workload.ts'

const PICTURE_EVERY_MS = 1_000
/** The first copy must be through, and what was written while it ran. */
const CATCH_UP_TIMEOUT_MS = 10 * 60_000
const SEED = 1

/**
 * Plays the whole thing on one machine: a PostgreSQL with a busy shop, a stand-in for StarRocks, the service between them. Ends after
 * the asked time or when aborted, then waits for the target and compares every row. Nothing that was started is left. Resolves to null
 * when aborted before the play began.
 *
 * @throws {Error} when a part does not start or ends too early, with what it said.
 */
export async function runDemo(
  request: DemoRequest & { readonly clock: Clock; readonly abort: AbortSignal },
): Promise<DemoResult | null> {
  const { clock, abort, scale = 1 } = request
  const say = (sentence: string): void => request.say(sentence)
  const { port, metricsPort } = request
  await using stage = await setStage({ clock, abort, scale, port, metricsPort, say })
  if (stage === null) return null
  await using counter = await RowCounter.open(stage.url, stage.config)
  await using shop = await openShop({ url: stage.url, size: stage.size, seed: SEED, clock })
  const play = new DemoPlay({ request, stage, counter, shop })
  await play.watchWhile(request.seconds === undefined ? null : request.seconds * 1000, abort)
  say('Closing the shop and waiting for the target')
  await shop.close()
  await play.untilCopied()
  say('Comparing every row of both sides')
  // The demonstration was asked to end; that is what the comparison belongs to. A second signal ends the process.
  const notAborted = new AbortController().signal
  const report = await verify(stage.config, {
    tables: 'all',
    actor: 'system',
    clock,
    abort: notAborted,
    onProgress: () => undefined,
  })
  return { report, ...play.result() }
}

interface DemoParts {
  readonly request: DemoRequest & { readonly clock: Clock }
  readonly stage: DemoStage
  readonly counter: RowCounter
  readonly shop: ShopWorkload
}

class DemoPlay {
  readonly #parts: DemoParts
  readonly #startedMs: number
  readonly #failed: Promise<never>
  #tables: readonly TableId[] = []
  #counts = new Map<TableId, RowCounts>()
  #before = { rows: 0, atMs: 0 }

  constructor(parts: DemoParts) {
    const { stage, shop, request } = parts
    this.#parts = parts
    this.#startedMs = request.clock.monotonicMs()
    this.#before = { rows: 0, atMs: this.#startedMs }
    const endings = [
      stage.service.ended.then((how) => this.#fail(how)),
      stage.standIn.ended.then((how) => this.#fail(how)),
      shop.ended.then(() => new Promise<never>(() => undefined)),
    ]
    this.#failed = Promise.race(endings)
    // Heard of by whoever waits at that time; at the end everything ends, and that is no failure.
    this.#failed.catch(() => undefined)
  }

  /** Shows pictures for so long, or until aborted. @throws {Error} when a part ends. */
  async watchWhile(durationMs: number | null, abort: AbortSignal): Promise<void> {
    const { clock } = this.#parts.request
    const untilMs = durationMs === null ? Number.POSITIVE_INFINITY : this.#startedMs + durationMs
    for (
      let leftMs = untilMs - clock.monotonicMs();
      leftMs > 0 && !abort.aborted;
      leftMs = untilMs - clock.monotonicMs()
    ) {
      await this.#pause(Math.min(leftMs, PICTURE_EVERY_MS), abort)
      if (!abort.aborted) await this.#show()
    }
  }

  /** Shows pictures until every table has been copied, or is stopped by an error. */
  async untilCopied(): Promise<void> {
    const { clock } = this.#parts.request
    const deadlineMs = clock.monotonicMs() + CATCH_UP_TIMEOUT_MS
    const never = new AbortController().signal
    do {
      await this.#show()
      if (this.#isCopied()) return
      await this.#pause(PICTURE_EVERY_MS, never)
    } while (clock.monotonicMs() < deadlineMs)
    throw new Error(`The first copy is not through after ${CATCH_UP_TIMEOUT_MS / 60_000} minutes.`)
  }

  /** What is known without a comparison. */
  result(): Omit<DemoResult, 'report'> {
    const { log } = this.#parts.stage
    return {
      rowsApplied: log.rowsApplied,
      lagSeconds: (log.lagMs ?? 0) / 1000,
      guarantee: log.guarantee ?? 'converging',
      workload: this.#parts.shop.counts,
    }
  }

  async #pause(ms: number, abort: AbortSignal): Promise<void> {
    const { clock } = this.#parts.request
    const pause = clock.sleep(ms, abort).catch(() => undefined)
    await Promise.race([pause, this.#failed])
  }

  #isCopied(): boolean {
    const { states } = this.#parts.stage.log
    return this.#tables.every((table) => ['streaming', 'quarantined'].includes(states.get(table) ?? ''))
  }

  async #show(): Promise<void> {
    const { counter, request } = this.#parts
    this.#tables = await counter.tables()
    for (const table of this.#tables) this.#counts.set(table, await counter.count(table))
    request.show(this.#picture())
  }

  #picture(): DemoPicture {
    const { stage, shop, request } = this.#parts
    const { log } = stage
    const nowMs = request.clock.monotonicMs()
    const passedMs = Math.max(1, nowMs - this.#before.atMs)
    const rowsPerSecond = ((log.rowsApplied - this.#before.rows) * 1000) / passedMs
    this.#before = { rows: log.rowsApplied, atMs: nowMs }
    return {
      elapsedMs: nowMs - this.#startedMs,
      guarantee: log.guarantee,
      rowsApplied: log.rowsApplied,
      rowsPerSecond,
      lagMs: log.lagMs,
      workload: shop.counts,
      tables: this.#tables.map((table) => {
        const counts = this.#counts.get(table)
        return {
          table,
          state: log.states.get(table) ?? 'waiting',
          sourceRows: counts?.source ?? null,
          targetRows: counts?.target ?? null,
        }
      }),
    }
  }

  #fail(how: string): never {
    throw new Error(`${how}.\n${this.#parts.stage.log.troubles.join('\n')}`)
  }
}
