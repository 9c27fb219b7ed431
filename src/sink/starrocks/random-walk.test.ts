import { expect, test } from 'vitest'
import type { Checkpoint } from '../../core/checkpoint.ts'
import { FAIL_POINTS } from '../../core/fail-points.ts'
import type { SinkTable } from '../../core/sink.ts'
import { SyncError } from '../../core/sync-error.ts'
import { ask, attempt, begin, loadOf, openAccounts, targetOf, type Writer, writerOf } from './testing/sink-fixture.ts'
import { type StandInFault, StandInProcess } from '../../../test/support/stand-in-process.ts'
import type { StarRocksTarget } from './target.ts'

const STEPS = Number(process.env['SINK_WALK_STEPS'] ?? 120)
const SEED = Number(process.env['SINK_WALK_SEED'] ?? Math.floor(Math.random() * 2 ** 31))

/** Mulberry32: a small generator that a seed repeats. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

interface Life {
  readonly writer: Writer
  position: Checkpoint
  readonly a: SinkTable
  readonly b: SinkTable
}

/** Processes that come, go, stall and wake over one target, and what they were told. */
class Walk {
  /** Numbers of batches that somebody was told are in the target. */
  readonly told = new Set<bigint>()
  takeOvers = 0
  readonly #target: StarRocksTarget
  readonly #stalled: { readonly writer: Writer; readonly done: Promise<unknown> }[] = []
  #life: Life | null = null
  #key = 0

  constructor(target: StarRocksTarget) {
    this.#target = target
  }

  /** One batch by the present process, after which another takes over if it has to. */
  async batch(): Promise<void> {
    const life = await this.#present()
    try {
      await this.#apply(life)
    } catch (error) {
      if (!(error instanceof SyncError)) throw error
      if (error.retry === 'never') await this.#end(life)
    }
  }

  /** Stops the present process somewhere in a batch; another takes over. */
  async stall(point: (typeof FAIL_POINTS)[number]): Promise<void> {
    const life = await this.#present()
    life.writer.points.hold(point)
    const done = this.#apply(life).catch((error: unknown) => error)
    await Promise.race([life.writer.points.untilHeld(), done])
    life.writer.ownership.owned = false
    this.#stalled.push({ writer: life.writer, done })
    this.#life = null
  }

  /** Wakes whoever is stopped. */
  async wake(): Promise<void> {
    for (const { writer, done } of this.#stalled.splice(0)) {
      writer.points.release()
      const outcome = await done
      if (outcome instanceof Error && !(outcome instanceof SyncError)) throw outcome
      await writer[Symbol.asyncDispose]()
    }
  }

  /** Wakes and ends everybody. */
  async finish(): Promise<Checkpoint> {
    await this.wake()
    const life = await this.#present()
    await life.writer.sink.untilVisible()
    await this.#end(life)
    return life.position
  }

  async #apply(life: Life): Promise<void> {
    this.#key += 1
    const number = life.position.number + 1n
    const row = { upsert: [String(this.#key), life.writer.id, String(number)] }
    const before = life.position
    const committed = await attempt(life.writer, before, [loadOf(life.a, [row]), loadOf(life.b, [row])])
    life.position = committed
    this.told.add(committed.number)
  }

  async #present(): Promise<Life> {
    for (let tries = 1; this.#life === null; tries += 1) {
      this.takeOvers += 1
      let writer: Writer | null = null
      try {
        writer = await writerOf(this.#target, `writer ${this.takeOvers}`)
        const position = await begin(writer)
        const a = await openAccounts(writer, 'a')
        this.#life = { writer, position, a, b: await openAccounts(writer, 'b') }
      } catch (error) {
        await writer?.[Symbol.asyncDispose]()
        if (!(error instanceof SyncError) || error.retry === 'manual' || tries === 8) throw error
      }
    }
    return this.#life
  }

  async #end(life: Life): Promise<void> {
    await life.writer[Symbol.asyncDispose]()
    this.#life = null
  }
}

const batchPoints = FAIL_POINTS.filter((point) => point.startsWith('batch.') && !point.startsWith('batch.tables'))
const paths = ['begin', 'load', 'commit', 'rollback', 'get_load_state', 'query'] as const
const actions = ['cut-before', 'cut-after', 'delay', 'false-ok', 'publish-timeout', 'too-many-versions'] as const

function randomFault(random: () => number): StandInFault {
  const pick = <T>(of: readonly T[], otherwise: T): T => of[Math.floor(random() * of.length)] ?? otherwise
  const action = pick<StandInFault['action']>(actions, 'cut-after')
  const isOfCommit = action === 'false-ok' || action === 'publish-timeout' || action === 'too-many-versions'
  const path = isOfCommit ? 'commit' : pick<StandInFault['match']['path']>(paths, 'commit')
  return { match: { path, after: Math.floor(random() * 3) }, action, ms: 20 + Math.floor(random() * 100) }
}

test(
  `every batch that was told to be in the target is there once and whole, whatever happens (seed ${SEED}, ${STEPS} steps)`,
  { timeout: 60_000 + STEPS * 1_000 },
  async () => {
    const random = randomOf(SEED)
    await using standIn = await StandInProcess.start(['--label-keep-max', '20'])
    const target = targetOf(standIn)
    const walk = new Walk(target)
    for (let step = 0; step < STEPS; step += 1) {
      const dice = random()
      if (dice < 0.45) await walk.batch()
      else if (dice < 0.75) await standIn.faults([randomFault(random)])
      else if (dice < 0.87)
        await walk.stall(batchPoints[Math.floor(random() * batchPoints.length)] ?? 'batch.commit.before')
      else if (dice < 0.95) await walk.wake()
      else if (dice < 0.98) await standIn.evictLabels()
      else await standIn.restartBackEnd()
    }
    await standIn.clearFaults()
    const last = await walk.finish()
    const twice = 'SELECT balance FROM shop.a GROUP BY balance HAVING count(*) > 1'
    const torn =
      'SELECT id FROM shop.a WHERE id NOT IN (SELECT id FROM shop.b) UNION ALL SELECT id FROM shop.b WHERE id NOT IN (SELECT id FROM shop.a)'
    expect([await ask(target, twice), await ask(target, torn)]).toEqual([[], []])
    const found = new Set((await ask(target, 'SELECT balance FROM shop.a')).map(BigInt))
    expect([...walk.told].filter((number) => !found.has(number))).toEqual([])
    expect([...found].filter((number) => number > last.number)).toEqual([])
    expect(walk.told.size).toBeGreaterThan(STEPS / 10)
  },
)
