/**
 * Every step that leaves something durable behind, before and after it happened, in the order in which a batch, a chunk
 * and the rarer steps reach them. Tests kill or stop the process at each. `batch.tables` is reached only where every table has a
 * transaction of its own.
 */
export const FAIL_POINTS = [
  'batch.begin.before',
  'batch.begin.after',
  'batch.load.before',
  'batch.load.after',
  'batch.tables.before',
  'batch.tables.after',
  'batch.checkpoint.before',
  'batch.checkpoint.after',
  'batch.commit.before',
  'batch.commit.after',
  'batch.state.after',
  'batch.rollback.before',
  'batch.rollback.after',
  'chunk.begin.before',
  'chunk.begin.after',
  'chunk.load.before',
  'chunk.load.after',
  'chunk.commit.before',
  'chunk.commit.after',
  'chunk.state.after',
  'chunk.ledger.before',
  'chunk.ledger.after',
  'truncate.create.before',
  'truncate.create.after',
  'truncate.swap.before',
  'truncate.swap.after',
  'truncate.drop.before',
  'truncate.drop.after',
  'takeover.read',
  'takeover.swept',
  'takeover.dropped',
  'table.create.before',
  'table.create.after',
] as const

/** A name of {@link FAIL_POINTS}. */
export type FailPoint = (typeof FAIL_POINTS)[number]

/** Told at every durable step; the one for tests ends or stops the process there. */
export interface FailPoints {
  /** Resolves when the step may go on. */
  reach(point: FailPoint): Promise<void>
}

/** The fail points of a service in use: nothing happens at any of them. */
export const NO_FAIL_POINTS: FailPoints = { reach: () => Promise.resolve() }
