import type { Checkpoint } from '../../../core/checkpoint.ts'
import { formatLsn, parseLsn } from '../../../core/lsn.ts'
import { SyncError } from '../../../core/sync-error.ts'
import { plainText, type SystemTable } from './system-table.ts'

/** One row per pipeline: what the target holds of it. */
export const CHECKPOINT_TABLE: SystemTable = {
  name: '_sync_checkpoint',
  keyColumns: ['pipeline'],
  columns: {
    pipeline: 'VARCHAR(120)',
    checkpoint_number: 'BIGINT',
    end_lsn: 'VARCHAR(24)',
    commit_time_us: 'BIGINT',
    epoch: 'BIGINT',
    writer_id: 'VARCHAR(200)',
    incarnation: 'VARCHAR(200)',
    system_id: 'VARCHAR(40)',
    timeline: 'BIGINT',
  },
}

/** A checkpoint as its row's values. */
export function encodeCheckpoint(pipeline: string, checkpoint: Checkpoint): readonly string[] {
  return [
    pipeline,
    String(checkpoint.number),
    formatLsn(checkpoint.endLsn),
    String(checkpoint.commitTimeUs),
    String(checkpoint.epoch),
    plainText(checkpoint.writerId),
    plainText(checkpoint.incarnation),
    checkpoint.systemId,
    String(checkpoint.timeline),
  ]
}

/** Reads what {@link encodeCheckpoint} wrote. @throws {SyncError} TARGET_SHAPE when the row has another form. */
export function decodeCheckpoint(row: readonly (string | null)[]): Checkpoint {
  const [, number, endLsn, commitTimeUs, epoch, writerId, incarnation, systemId, timeline] = row
  try {
    return {
      number: BigInt(number ?? ''),
      endLsn: parseLsn(endLsn ?? ''),
      commitTimeUs: BigInt(commitTimeUs ?? ''),
      epoch: BigInt(epoch ?? ''),
      writerId: writerId ?? '',
      incarnation: incarnation ?? '',
      systemId: systemId ?? '',
      timeline: Number(timeline ?? ''),
    }
  } catch (cause) {
    throw new SyncError('TARGET_SHAPE', `a row of ${CHECKPOINT_TABLE.name} cannot be read`, {
      cause,
      remedy: `Do not write into ${CHECKPOINT_TABLE.name}. Set the pipeline up anew with sync-app resync --all.`,
    })
  }
}
