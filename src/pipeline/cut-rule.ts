/** Limits of a batch: whichever is reached first ends it. */
export interface BatchLimits {
  readonly flushAfterMs: number
  readonly maxBatchBytes: number
  readonly maxBatchRows: number
}

/** What the rule looks at. */
export interface CutSituation {
  /** A transaction is being received: a batch ends between transactions only. */
  readonly inTransaction: boolean
  /** The batch before is in the target. */
  readonly applierFree: boolean
  readonly ageMs: number
  readonly bytes: number
  readonly rows: number
  /** Nothing may be added to it any more. */
  readonly ended: boolean
  /** Table states wait to be recorded, or somebody waits for the position: do not wait for the age. */
  readonly urgent: boolean
  /** There is something in the batch. */
  readonly filled: boolean
}

/**
 * - `wait`: nothing to do.
 * - `cut`: end the batch now.
 * - `part`: the open transaction is larger than a batch: send what there is of it into an open target transaction.
 * - `hold`: full, and the batch before is still on its way: stop reading.
 */
export type CutDecision = 'wait' | 'cut' | 'part' | 'hold'

/** Decides when a batch ends (design: order). Pure. */
export function cutDecision(at: CutSituation, limits: BatchLimits): CutDecision {
  const full = isFull(at, limits)
  if (full && !at.applierFree) return 'hold'
  if (full && at.inTransaction) return 'part'
  if (!at.filled || at.inTransaction || !at.applierFree) return 'wait'
  return full || at.urgent || at.ageMs >= limits.flushAfterMs ? 'cut' : 'wait'
}

function isFull(at: CutSituation, limits: BatchLimits): boolean {
  return at.ended || at.bytes >= limits.maxBatchBytes || at.rows >= limits.maxBatchRows
}
