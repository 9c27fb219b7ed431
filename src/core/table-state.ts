import type { Lsn } from './lsn.ts'

/**
 * The state that a job (one table of a pipeline) is in: always exactly one.
 *
 * - `waiting`: known, its first copy has not begun. Left for snapshotting by the pipeline.
 * - `snapshotting`: chunks are copied; changes are applied as well. `lastChunkLsn` is set when the last chunk is loaded: the
 *   table becomes streaming when the checkpoint has passed it.
 * - `streaming`: the target equals the source as of the checkpoint. A value that could only be read at the source makes some rows newer
 *   than that, until the checkpoint has passed `aheadUntilLsn`.
 * - `paused`: left out of batches from `sinceLsn` on, by a person; resuming takes a new copy.
 * - `quarantined`: left out of batches from `sinceLsn` on by an error that only a person can mend.
 * - `removed`: no longer matched or dropped at the source; its target table is left as it is.
 */
export type TableState =
  | { readonly tag: 'waiting' }
  | {
      readonly tag: 'snapshotting'
      /** Numbers the copies of a table; marks the target table that it went into. */
      readonly generation: number
      readonly lastChunkLsn?: Lsn | undefined
      /** The copy goes into a shadow table; `liveApplied` says whether the live one is kept fresh meanwhile. */
      readonly shadow?: { readonly liveApplied: boolean } | undefined
      readonly aheadUntilLsn?: Lsn | undefined
    }
  | { readonly tag: 'streaming'; readonly generation: number; readonly aheadUntilLsn?: Lsn | undefined }
  | { readonly tag: 'paused'; readonly sinceLsn: Lsn }
  | {
      readonly tag: 'quarantined'
      readonly sinceLsn: Lsn
      /** A code of the error catalogue. */
      readonly code: string
      readonly reason: string
      /** The key of the row that could not be loaded, as text, when one row is to blame. */
      readonly rowKey?: string | undefined
    }
  | { readonly tag: 'removed' }
