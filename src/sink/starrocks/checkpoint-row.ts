import type { Checkpoint } from '../../core/checkpoint.ts'
import { SyncError } from '../../core/sync-error.ts'
import { judgeRow, type RowVerdict } from './label-attempts.ts'
import type { SinkContext } from './sink-context.ts'
import type { StateReader } from './state/state-reader.ts'
import type { TransactionName } from './transaction-client.ts'
import { pauseMs, waitUntilVisible } from './transaction-ender.ts'

/** The row of `_sync_checkpoint` as this process knows it: what it committed last, and whether readers see it. */
export class CheckpointRow {
  readonly #context: SinkContext
  readonly #reader: StateReader
  /** Transactions of the last batch that were not seen visible yet. */
  #unseen: readonly TransactionName[] = []
  #writerId: string | null = null
  #committed: Checkpoint | null = null
  #incarnation = ''

  constructor(context: SinkContext, reader: StateReader) {
    this.#context = context
    this.#reader = reader
  }

  /** The incarnation of the pipeline as last read or written; empty before there is a row. */
  get incarnation(): string {
    return this.#incarnation
  }

  /** After the row was read in taking over. */
  learned(row: Checkpoint | null): void {
    this.#incarnation = row?.incarnation ?? ''
    this.#committed = null
    this.#unseen = []
  }

  /** The row was last written by this process, and is this. */
  isOurs(checkpoint: Checkpoint): boolean {
    return this.#committed?.number === checkpoint.number && this.#committed.writerId === checkpoint.writerId
  }

  /** Before a commit is sent: from now on the row may be ours. */
  attempted(checkpoint: Checkpoint): void {
    this.#writerId = checkpoint.writerId
  }

  /** After a commit that is believed. */
  committed(checkpoint: Checkpoint, unseen: readonly TransactionName[]): void {
    this.#committed = checkpoint
    this.#incarnation = checkpoint.incarnation
    this.#unseen = unseen
  }

  /** Resolves when the last committed batch is visible. */
  async untilVisible(): Promise<void> {
    const waiting = this.#unseen
    await Promise.all(waiting.map(async (name) => await waitUntilVisible(this.#context, name)))
    if (this.#unseen === waiting) this.#unseen = []
  }

  /** Compares the row with what a batch follows, once the last commit is visible. */
  async verdict(previous: Checkpoint): Promise<RowVerdict> {
    return await this.#judge(previous, (verdict) => verdict.tag !== 'behind')
  }

  /** As {@link verdict}, when some attempt at the batch is known to be visible: the row must have moved. */
  async verdictAfterCommit(previous: Checkpoint): Promise<RowVerdict> {
    return await this.#judge(previous, (verdict) => verdict.tag === 'already-committed' || verdict.tag === 'replaced')
  }

  /** Reads until the row is as expected or has had its time: a follower front end answers late. */
  async #judge(previous: Checkpoint, isExpected: (verdict: RowVerdict) => boolean): Promise<RowVerdict> {
    await this.untilVisible()
    const { clock, timeouts, closing } = this.#context
    const deadline = clock.monotonicMs() + timeouts.rowLagMs
    for (let asked = 0; ; asked += 1) {
      const verdict = judgeRow(previous, await this.#reader.checkpoint(), this.#writerId)
      if (verdict.tag === 'already-committed') this.committed(verdict.checkpoint, [])
      if (isExpected(verdict) || clock.monotonicMs() > deadline) return verdict
      await clock.sleep(pauseMs(timeouts.pollMs, asked), closing)
    }
  }
}

/** The error for a row that is not what it should be. */
export function rowError(verdict: Exclude<RowVerdict, { tag: 'follows' | 'already-committed' }>): SyncError {
  if (verdict.tag === 'replaced') {
    const { writerId, number, epoch } = verdict.row
    const message = `another process has taken over: ${writerId} has written checkpoint ${number} of epoch ${epoch}`
    return new SyncError('SINK_REPLACED', message)
  }
  const found = verdict.row === null ? 'is gone' : `has number ${verdict.row.number}`
  return new SyncError('CHECKPOINT_BEHIND', `the checkpoint row ${found}, and a later one was committed`)
}
