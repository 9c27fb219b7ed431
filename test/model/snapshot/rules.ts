import type { Script } from './source.ts'

/** The rules of snapshot, gate and unchanged TOAST values (design.md section 4), each one a switch. */
export interface Rules {
  /** A batch passes only when no chunk of the table is in flight. */
  readonly gate: boolean
  /** A chunk is taken only in a snapshot that sees every transaction which has passed the gate. */
  readonly visibilityCheck: boolean
  /** That check and the entry "in flight" are one step: no batch passes between them. */
  readonly checkedAtEntry: boolean
  /** After a start, what an earlier process let pass may not be visible yet: lock holders are waited for. */
  readonly visibleAfterRestart: boolean
  /** A chunk load in doubt is in flight until it is known to be committed or aborted. */
  readonly doubtIsInFlight: boolean
  /** A new process aborts the chunk loads of the one before it. */
  readonly sweepChunks: boolean
  /** A chunk's record is loaded together with its rows. */
  readonly recordWithRows: boolean
  /** The table is locked before the snapshot is taken. */
  readonly lockBeforeSnapshot: boolean
  /** A rewritten table (another relfilenode) starts its snapshot again. */
  readonly restartOnRewrite: boolean
  /** TRUNCATE ends the snapshot when its batch passes the gate, not when it commits. */
  readonly endsAtTheGate: boolean
  /** An added table waits for the transactions that held a lock on it after the ADD. */
  readonly waitAfterAdd: boolean
  /** `streaming` only when the stream has passed the position of every chunk. */
  readonly passLastChunk: boolean
  /** A value or row read again from the source lifts that position to the moment of reading. */
  readonly passLastReread: boolean
  /** That position is the one up to which WAL is written, not flushed: an asynchronous commit is visible before. */
  readonly insertPosition: boolean
  /** What was read at the source is committed only when the WAL is flushed up to the moment of reading. */
  readonly flushedBeforeCommit: boolean
  /** The target is read only when all that was committed is VISIBLE. */
  readonly readVisible: boolean
  /** An unchanged value that is nowhere to be had is read again from the source. */
  readonly reread: boolean
  /** The snapshot of such a reading sees every transaction of the batch. */
  readonly rereadSeesBatch: boolean
  /** In a streaming table the value is the one under the row's key before the batch. */
  readonly originKey: boolean
  /** In a table that is not streaming, only a value from an event itself goes along with a changed key. */
  readonly rereadOnNewKey: boolean
  /** A resync takes unchanged values from the shadow, never from the table that it replaces. */
  readonly fillFromShadow: boolean
  /** Per-table mode: the checkpoint is committed after the rows. */
  readonly checkpointLast: boolean
}

/** The protocol: no hole planted. */
export const allRules: Rules = {
  gate: true,
  visibilityCheck: true,
  checkedAtEntry: true,
  visibleAfterRestart: true,
  doubtIsInFlight: true,
  sweepChunks: true,
  recordWithRows: true,
  lockBeforeSnapshot: true,
  restartOnRewrite: true,
  endsAtTheGate: true,
  waitAfterAdd: true,
  passLastChunk: true,
  passLastReread: true,
  insertPosition: true,
  flushedBeforeCommit: true,
  readVisible: true,
  reread: true,
  rereadSeesBatch: true,
  originKey: true,
  rereadOnNewKey: true,
  fillFromShadow: true,
  checkpointLast: true,
}

/** How often each fault may strike: a killed process, a commit of a chunk that arrives late, its reply lost. */
export interface Faults {
  readonly kill: number
  readonly late: number
  readonly lost: number
  /** The source crashes: what was not flushed never happened. */
  readonly crash: number
}

/** What is explored. */
export interface World {
  readonly rules: Rules
  readonly faults: Faults
  readonly script: Script
  /** False: the table is added to the publication while the stream runs. */
  readonly published: boolean
  /** True: the snapshot is over before the script begins. */
  readonly streaming: boolean
  /** True: a damaged table is copied anew into a shadow. */
  readonly resync: boolean
  /** True: rows and checkpoint are separate loads, so that rows may be ahead and are replayed after a crash. */
  readonly perTable: boolean
  /** True: transactions do not wait until their commit is flushed (synchronous_commit = off). */
  readonly asyncCommit: boolean
}
