import { hasPosition } from '../core/checkpoint.ts'
import { formatLsn } from '../core/lsn.ts'
import type { SinkState } from '../core/sink.ts'
import type { SourceIdentity } from '../core/source.ts'
import { SyncError } from '../core/sync-error.ts'
import { startCheckpoint } from '../pipeline/start-checkpoint.ts'
import { judgeSlot, readSlot, type Slot } from '../source/postgres/catalog/read-slot.ts'
import type { PipelineAccess } from './pipeline-access.ts'

/** What decides whether a pipeline can go on from where it is. */
export interface PipelineStanding {
  readonly state: Pick<SinkState, 'checkpoint'>
  readonly slot: Slot | null
  readonly source: SourceIdentity
}

/**
 * Why a pipeline cannot go on from its checkpoint: its slot is gone, lost or ahead, or the server is another one. Null when it can,
 * or has none yet. Pure.
 */
export function whyCutOff({ state, slot, source }: PipelineStanding): string | null {
  const { checkpoint } = state
  if (checkpoint === null || !hasPosition(checkpoint)) return null
  if (slot === null) return 'its replication slot is gone'
  const fault = judgeSlot(slot)
  if (fault !== null) return fault.message
  try {
    startCheckpoint({
      checkpoint,
      slotConfirmedLsn: slot.confirmedLsn ?? checkpoint.endLsn,
      source,
      newIncarnation: '',
    })
    return null
  } catch (error) {
    return error instanceof SyncError ? error.message : String(error)
  }
}

/**
 * Sets a pipeline that is cut off up anew: drops what is left of its slot and forgets its position, so that its next session makes both
 * and copies every table. Returns the reason, or null when nothing had to be done.
 * @throws {SyncError} SLOT_BUSY when somebody reads from the slot.
 */
export async function startAnewIfCutOff(access: PipelineAccess, slotName: string): Promise<string | null> {
  const session = await access.session()
  const slot = await readSlot(session, slotName)
  const reason = whyCutOff({ state: await access.readState(), slot, source: await access.source.identify() })
  if (reason === null) return null
  if (slot?.activePid != null)
    throw new SyncError('SLOT_BUSY', `slot ${slotName} is read by pid ${slot.activePid}`, {
      remedy: 'Stop the service first; its next start copies every table.',
    })
  if (slot !== null) await session.query('dropping the slot', 'SELECT pg_drop_replication_slot($1)', [slotName])
  await access.startAnew()
  return slot?.confirmedLsn == null ? reason : `${reason} (it was at ${formatLsn(slot.confirmedLsn)})`
}
