import type { Checkpoint } from '../../core/checkpoint.ts'
import type { Ownership } from '../../core/ownership.ts'
import type { BatchOpening, BatchWriter } from '../../core/sink.ts'
import { SyncError } from '../../core/sync-error.ts'
import { type CheckpointRow, rowError } from './checkpoint-row.ts'
import { afterBegin, type RowVerdict } from './label-attempts.ts'
import { MAX_ATTEMPTS, stepLabel } from './labels.ts'
import { outcomeError } from './outcome-error.ts'
import type { SinkContext } from './sink-context.ts'
import type { OpenTransaction, TransactionName } from './transaction-client.ts'
import { endTransaction, useUpLabel, waitUntilVisible } from './transaction-ender.ts'
import { tryTarget } from './trial-loads.ts'
import { transactionTimeoutS } from './transaction-timeout.ts'

/** An attempt whose transaction is ours. */
export interface BatchAttempt {
  readonly transaction: OpenTransaction
  readonly previous: Checkpoint
  readonly ownership: Ownership
  readonly timeoutS: number
  /** Transactions whose end could not be told: the next attempt ends them before it begins. */
  readonly doubts: Set<TransactionName>
  /** What the row says; awaited before the commit. Its failure is handled. */
  readonly rowVerdict: Promise<RowVerdict>
}

/** Attempts that follow each other as fast as the caller likes; then labels are spent ever more slowly. */
const FREE_ATTEMPTS = 8
const FIRST_GAP_MS = 5_000
const LONGEST_GAP_MS = 600_000

/** How long the next attempt has to wait after this one was begun: the labels of one number have to last through an outage. Pure. */
export function gapAfterMs(attempt: number): number {
  if (attempt < FREE_ATTEMPTS) return 0
  return Math.min(LONGEST_GAP_MS, FIRST_GAP_MS * 2 ** (attempt - FREE_ATTEMPTS))
}

/** Begins batches by the label rule of the design: one number, attempts in order, at most one of them committed. */
export class BatchOpener {
  readonly #context: SinkContext
  readonly #row: CheckpointRow
  /** The table that a claim is made on; null for transactions over many tables. */
  readonly #claimTable: string | null
  readonly #makeWriter: (attempt: BatchAttempt) => BatchWriter
  #number = -1n
  #attempt = 1
  /** The number that the first commit of this process makes. */
  #raise: bigint | null = null
  /** Monotonic time before which no further attempt is begun. */
  #notBeforeMs = 0
  /** The present attempt was begun, or may have been: it is ended before another one. */
  #begun = false
  readonly #doubts = new Set<TransactionName>()

  constructor(
    context: SinkContext,
    row: CheckpointRow,
    claimTable: string | null,
    makeWriter: (attempt: BatchAttempt) => BatchWriter,
  ) {
    this.#context = context
    this.#row = row
    this.#claimTable = claimTable
    this.#makeWriter = makeWriter
  }

  /** After taking over: what follows this row is the raise of our epoch, which has labels of its own. */
  tookOver(row: Checkpoint | null): void {
    this.#raise = (row?.number ?? 0n) + 1n
    this.#number = -1n
    this.#doubts.clear()
  }

  /** @see Sink.openBatch */
  async open(previous: Checkpoint, ownership: Ownership, expectedBytes: number): Promise<BatchOpening> {
    const isFirstTry = this.#number !== previous.number + 1n
    if (isFirstTry) {
      this.#number = previous.number + 1n
      this.#attempt = 1
      this.#begun = false
      this.#notBeforeMs = 0
    }
    await this.#endDoubts()
    if (this.#begun) {
      const opening = await this.#endPresent(previous)
      if (opening !== null) return opening
    }
    // The row of our own last commit is read while the loads are sent; any other is read before anything is begun.
    const rowVerdict = this.#row.verdict(previous)
    rowVerdict.catch(() => undefined)
    if (!(isFirstTry && this.#row.isOurs(previous))) {
      const opening = settled(await rowVerdict)
      if (opening !== null) return opening
    }
    const timeoutS = transactionTimeoutS(expectedBytes)
    return await this.#beginNext({ previous, ownership, timeoutS, rowVerdict, doubts: this.#doubts })
  }

  async #endDoubts(): Promise<void> {
    for (const name of this.#doubts) {
      await endTransaction(this.#context, name)
      this.#doubts.delete(name)
    }
  }

  async #beginNext(parts: Omit<BatchAttempt, 'transaction'>): Promise<BatchOpening> {
    while (this.#attempt <= MAX_ATTEMPTS) {
      const name = this.#name(parts.previous)
      // Under an aborted label of a single-table transaction a late commit would find our loads: it is not begun again.
      const isFree = name.table === null || (await endTransaction(this.#context, name)) === 'unknown'
      const transaction = isFree ? await this.#begin(name, parts) : null
      if (transaction !== null) return { tag: 'open', writer: this.#makeWriter({ ...parts, transaction }) }
      const opening = (await this.#endPresent(parts.previous)) ?? settled(await this.#row.verdict(parts.previous))
      if (opening !== null) return opening
    }
    throw new SyncError('SINK_ATTEMPTS_SPENT', `batch ${this.#number} failed in ${MAX_ATTEMPTS} attempts`)
  }

  /** Begins the present attempt; null when something else holds its label. */
  async #begin(name: TransactionName, parts: Omit<BatchAttempt, 'transaction'>): Promise<OpenTransaction | null> {
    const { client, clock, failPoints } = this.#context
    const waitMs = this.#notBeforeMs - clock.monotonicMs()
    if (waitMs > 0) {
      const message = `batch ${this.#number} failed ${this.#attempt - 1} times; the next attempt is made in ${Math.ceil(waitMs / 1000)} s`
      throw new SyncError('SINK_BUSY', message)
    }
    if (this.#number === this.#raise) await tryTarget(this.#context, parts.ownership)
    await parts.ownership.confirm()
    await failPoints.reach('batch.begin.before')
    this.#begun = true
    this.#notBeforeMs = clock.monotonicMs() + gapAfterMs(this.#attempt)
    const { outcome, transaction } = await client.begin(name, parts.timeoutS)
    await failPoints.reach('batch.begin.after')
    const step = afterBegin(outcome)
    if (step.tag === 'failed') throw outcomeError(step.outcome, `begin batch ${this.#number}`)
    // Somebody else's label costs no time.
    if (step.tag === 'end-holder') this.#notBeforeMs = 0
    return step.tag === 'ours' ? transaction : null
  }

  /** Ends whatever holds the present attempt's label and goes on to the next one, unless the batch turns out to be in the target. */
  async #endPresent(previous: Checkpoint): Promise<BatchOpening | null> {
    const name = this.#name(previous)
    const end = await useUpLabel(this.#context, name)
    if (end === 'visible' || end === 'committed') {
      await waitUntilVisible(this.#context, name)
      const verdict = await this.#row.verdictAfterCommit(previous)
      // Only the first number's label can be left from an earlier life of the pipeline: it holds no incarnation.
      const isOfEarlierLife = verdict.tag === 'follows' && this.#number === 1n
      if (!isOfEarlierLife) return committedElsewhere(verdict)
    }
    this.#begun = false
    this.#attempt += 1
    return null
  }

  #name(previous: Checkpoint): TransactionName {
    const { owner } = this.#context
    const kind = this.#number === this.#raise ? 'raise' : 'step'
    const { incarnation } = previous
    const label = stepLabel(owner, { kind, incarnation, number: this.#number, attempt: this.#attempt })
    return { label, database: owner.database, table: this.#claimTable }
  }
}

/** The label of an attempt is committed: the row must say so. */
function committedElsewhere(verdict: RowVerdict): BatchOpening {
  if (verdict.tag === 'already-committed') return verdict
  throw rowError(verdict.tag === 'follows' ? { tag: 'behind', row: null } : verdict)
}

function settled(verdict: RowVerdict): BatchOpening | null {
  if (verdict.tag === 'follows') return null
  if (verdict.tag === 'already-committed') return verdict
  throw rowError(verdict)
}
