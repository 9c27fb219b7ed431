import { type Lsn, ZERO_LSN } from './lsn.ts'

/**
 * The row of `_sync_checkpoint`: what the target holds, as a compare-and-swap (design: the checkpoint).
 *
 * Everything up to `endLsn` is in the target; the next batch starts exactly there. Zero stands for no position, see {@link hasPosition}.
 */
export interface Checkpoint {
  /** Counts batches, idle moves and epoch raises. What follows number n is n + 1, in exactly one committed attempt. */
  readonly number: bigint
  /** End LSN of the last source transaction that is in the target. */
  readonly endLsn: Lsn
  /** Source commit time of that transaction, microseconds since 1970-01-01 UTC; 0 when there was none yet. */
  readonly commitTimeUs: bigint
  /** Raised by each process that takes over. */
  readonly epoch: bigint
  /** Random id of the process that wrote the row. */
  readonly writerId: string
  /** Random id made when the row was first made. */
  readonly incarnation: string
  /** The source's system identifier and timeline. */
  readonly systemId: string
  readonly timeline: number
}

/**
 * Whether the target is at a position of the source. Not when the pipeline is to be set up anew: then the row keeps its number, so that
 * nothing of before can be committed any more, and the next session begins where its slot does.
 */
export function hasPosition(checkpoint: Checkpoint): boolean {
  return checkpoint.endLsn !== ZERO_LSN
}
