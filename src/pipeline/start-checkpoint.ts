import { type Checkpoint, hasPosition } from '../core/checkpoint.ts'
import { formatLsn, type Lsn } from '../core/lsn.ts'
import type { SourceIdentity } from '../core/source.ts'
import { SyncError } from '../core/sync-error.ts'

/** What is known when a session begins and owns the slot. */
export interface StartSituation {
  /** The row that the target holds; null when the pipeline has never committed. */
  readonly checkpoint: Checkpoint | null
  /** Where the slot goes on. */
  readonly slotConfirmedLsn: Lsn
  readonly source: SourceIdentity
  readonly newIncarnation: string
}

/**
 * The checkpoint that this session starts from (design: taking over, idle). Pure.
 *
 * The first start adopts the slot's position, and so does one that sets the pipeline up anew.
 * @throws {SyncError} SOURCE_REPLACED for another server or one restored to an earlier state, SLOT_AHEAD when changes between checkpoint and
 * slot are gone.
 */
export function startCheckpoint(at: StartSituation): Checkpoint {
  const { checkpoint, source, slotConfirmedLsn } = at
  const { systemId, timeline } = source
  if (checkpoint === null)
    return {
      number: 0n,
      endLsn: slotConfirmedLsn,
      commitTimeUs: 0n,
      epoch: 0n,
      writerId: '',
      incarnation: at.newIncarnation,
      systemId,
      timeline,
    }
  if (!hasPosition(checkpoint)) return { ...checkpoint, endLsn: slotConfirmedLsn, systemId, timeline }
  refuseOtherServer(checkpoint, source)
  if (slotConfirmedLsn > checkpoint.endLsn)
    throw new SyncError(
      'SLOT_AHEAD',
      `the slot was confirmed up to ${formatLsn(slotConfirmedLsn)}, the target holds everything up to ${formatLsn(checkpoint.endLsn)} only: the changes in between are lost`,
    )
  return { ...checkpoint, timeline }
}

/** @throws {SyncError} SOURCE_REPLACED when the checkpoint was not made against this server as it is. */
export function refuseOtherServer(checkpoint: Checkpoint, source: SourceIdentity): void {
  if (checkpoint.systemId !== source.systemId)
    throw new SyncError(
      'SOURCE_REPLACED',
      `the checkpoint was made against system ${checkpoint.systemId}, this server is ${source.systemId}`,
    )
  if (checkpoint.endLsn > source.flushedLsn)
    throw new SyncError(
      'SOURCE_REPLACED',
      `the checkpoint is at ${formatLsn(checkpoint.endLsn)}, the server's WAL ends at ${formatLsn(source.flushedLsn)}: an earlier state was restored`,
    )
  const fork = forkSince(checkpoint, source)
  if (fork === null) return
  if (fork === undefined || checkpoint.endLsn > fork)
    throw new SyncError(
      'SOURCE_REPLACED',
      `the checkpoint at ${formatLsn(checkpoint.endLsn)} lies on timeline ${checkpoint.timeline}, which this server (timeline ${source.timeline}) left ${fork === undefined ? 'at an unknown position' : `at ${formatLsn(fork)}`}`,
    )
}

/** Where the server left the timeline of the checkpoint: null when it did not, undefined when it cannot tell. */
export function forkSince(checkpoint: Checkpoint, source: SourceIdentity): Lsn | null | undefined {
  return checkpoint.timeline === source.timeline ? null : source.timelineForks.get(checkpoint.timeline)
}
