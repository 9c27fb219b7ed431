import assert from 'node:assert/strict'
import type { Checkpoint } from '../../src/core/checkpoint.ts'
import type { Clock } from '../../src/core/clock.ts'
import type { Signal } from '../../src/core/signals.ts'
import type { TableId } from '../../src/core/table-id.ts'
import { Lessons } from '../../src/pipeline/lessons.ts'
import { runEmbedded } from '../../src/engine/embedded/run-embedded.ts'
import { Tenure } from '../../src/pipeline/tenure.ts'
import { MemoryFile } from './memory-file.ts'
import { type FaultPoint, MemorySink, MemoryTarget } from './memory-sink.ts'
import type { Row } from './scripted-log.ts'
import { ScriptedSource } from './scripted-source.ts'
import { tick } from './ticks.ts'

/** Real time made short: pauses are a few turns of the event loop, so that back-offs cost nothing. */
const quickClock: Clock = {
  now: () => 0,
  monotonicMs: () => performance.now() * 20,
  setTimer: (delayMs, run) => {
    const timer = setTimeout(run, delayMs / 20)
    return { cancel: () => clearTimeout(timer) }
  },
  sleep: async (delayMs, signal) => {
    const until = performance.now() + delayMs / 100
    while (performance.now() < until) {
      signal?.throwIfAborted()
      await tick()
    }
    signal?.throwIfAborted()
  },
}

/** Sessions that fail again and again are begun after longer and longer pauses. */
const PATIENCE_MS = 6_000

/** What a test may want to be sooner, later or smaller. */
interface WorldLimits {
  readonly flushAfterMs?: number | undefined
  readonly heartbeatEveryMs?: number | undefined
  readonly maxBatchBytes?: number | undefined
}

/** An engine between a scripted source and a target in memory, which checks the target after every commit. */
export class PipelineWorld {
  readonly source = new ScriptedSource()
  readonly target = new MemoryTarget()
  readonly signals: Signal[] = []
  /** What was wrong with a committed state, if anything. */
  readonly wrong: string[] = []
  readonly sink: MemorySink
  /** Records of each table in each batch that are to be told of. */
  wantedRecords = 0
  readonly #isDiskFull: () => boolean
  #stop = new AbortController()
  #running: Promise<void> = Promise.resolve()

  constructor(fault: (point: FaultPoint) => boolean = () => false) {
    this.#isDiskFull = () => fault('scratch')
    this.sink = new MemorySink({ target: this.target, fault, onCommit: (checkpoint) => this.#check(checkpoint) })
  }

  /** Starts it, for the first time or once more after {@link stop}: what it knows then is what the target holds. */
  start(
    maxBatchRows = 1000,
    { flushAfterMs = 5, heartbeatEveryMs, maxBatchBytes = 1_000_000 }: WorldLimits = {},
  ): void {
    this.#stop = new AbortController()
    const session = {
      source: this.source,
      sink: this.sink,
      signals: { emit: (signal: Signal) => void this.signals.push(signal) },
      sampling: { wanted: () => this.wantedRecords },
      clock: quickClock,
      random: Math.random,
      lessons: new Lessons(),
      tenure: new Tenure('W'),
      newIncarnation: 'I',
      createScratchFile: async () => new MemoryFile(this.#isDiskFull),
      settings: {
        pipeline: 'p',
        limits: { flushAfterMs, maxBatchBytes, maxBatchRows },
        checkpointEveryMs: 50,
        rediscoverEveryMs: 200,
        snapshotParallelism: 2,
        chunkBytes: 1000,
        truncateAsDeletesUpToRows: 1000,
        takeOverWaitMs: 10,
        heartbeatEveryMs,
      },
    }
    const openSession = async () => ({ deps: session, [Symbol.asyncDispose]: async () => undefined })
    this.#running = runEmbedded(
      { openSession, clock: quickClock, random: Math.random, signals: session.signals },
      this.#stop.signal,
    )
    this.#running.catch(() => undefined)
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('the test is over'))
    await this.#running
  }

  stateOf(table: TableId): string {
    return this.target.records.get(table)?.state.tag ?? 'unknown'
  }

  rowsOf(table: TableId): readonly (readonly (string | null)[])[] {
    return [...(this.target.tables.get(table.slice(table.indexOf('.') + 1))?.rows.values() ?? [])].toSorted(byKey)
  }

  async until(what: string, holds: () => boolean): Promise<void> {
    for (const until = performance.now() + PATIENCE_MS; !holds();) {
      if (performance.now() > until) throw new Error(`never: ${what}; last signals ${shown(this.signals.slice(-5))}`)
      await Promise.race([tick(), this.#running])
    }
  }

  async untilEqual(): Promise<void> {
    const end = this.source.endLsn
    await this.until('the checkpoint passes everything', () => (this.target.checkpoint?.endLsn ?? 0n) >= end)
    await this.until('every table streams', () =>
      this.source.schemas.every((schema) => ['streaming', 'quarantined', 'paused'].includes(this.stateOf(schema.id))),
    )
    for (const schema of this.source.schemas) {
      if (this.stateOf(schema.id) === 'streaming')
        assert.deepEqual(this.rowsOf(schema.id), this.#expected(schema.id, end))
    }
    assert.deepEqual(this.wrong, [])
  }

  #expected(table: TableId, position: typeof this.source.endLsn): readonly Row[] {
    return [...(this.source.stateAt(position).get(table)?.values() ?? [])].toSorted(byKey)
  }

  /** After every commit: a table that streams holds exactly the source's rows as of the checkpoint. */
  #check(checkpoint: Checkpoint): void {
    if (this.source.confirmedLsn > checkpoint.endLsn) this.wrong.push('the slot is ahead of the checkpoint')
    for (const [table, record] of this.target.records) {
      if (record.state.tag !== 'streaming' || (record.state.aheadUntilLsn ?? 0n) > checkpoint.endLsn) continue
      const id = record.table
      const expected = shown(this.#expected(id, checkpoint.endLsn))
      const found = shown(this.rowsOf(id))
      if (found !== expected) this.wrong.push(`${table} at ${checkpoint.endLsn}: ${found} instead of ${expected}`)
    }
  }
}

const byKey = (a: readonly (string | null)[], b: readonly (string | null)[]): number =>
  (a[0] ?? '') < (b[0] ?? '') ? -1 : 1

const shown = (value: unknown): string =>
  JSON.stringify(value, (_, one) => (typeof one === 'bigint' || one instanceof Error ? String(one) : one))
