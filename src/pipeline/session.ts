import { type Checkpoint, hasPosition } from '../core/checkpoint.ts'
import type { ChangeStream } from '../core/change-stream.ts'
import { formatLsn } from '../core/lsn.ts'
import type { TableRecord } from '../core/sink.ts'
import type { OwnedStream } from '../core/source.ts'
import { asSyncError, SyncError } from '../core/sync-error.ts'
import type { Applier } from './applier.ts'
import { LateHandler } from './late-handler.ts'
import { type SessionDeps, SessionParts } from './session-parts.ts'
import { refuseOtherServer, startCheckpoint } from './start-checkpoint.ts'
import { startMemory } from './start-memory.ts'

/**
 * One life of the pipeline, from getting the slot to losing it: everything durable is in the target and the slot, so it can end at any
 * instant and be begun again.
 *
 * Resolves when `signal` is aborted and the batch in flight is finished or dropped.
 * @throws {SyncError} whatever ended it; `retry` says whether another session may help.
 */
export async function runSession(deps: SessionDeps, signal: AbortSignal): Promise<void> {
  try {
    await live(deps, signal)
  } catch (error) {
    const known = asSyncError(error)
    // What a replaced process meets, such as a table that its successor has dropped, is not the pipeline's trouble.
    if (known.retry === 'manual') deps.tenure.refuseIfReplaced(await deps.sink.readCheckpoint(), known)
    throw known
  }
}

async function live(deps: SessionDeps, signal: AbortSignal): Promise<void> {
  const { source, sink } = deps
  await sink.prepare()
  const row = await sink.readCheckpoint()
  deps.tenure.refuseIfReplaced(row)
  // Told first: another server, or an earlier state of it, has no slot either, and neither that nor a publication is to be made there.
  const isAnew = row === null || !hasPosition(row)
  if (!isAnew) refuseOtherServer(row, await source.identify())
  const discovered = await source.discover()
  const slot = await source.ensureSlot(isAnew)
  const handler = new LateHandler()
  await using owned = await source.openStream(handler, signal)
  await untilPredecessorIsOver(deps, slot.created, signal)
  const found = await sink.readCheckpoint()
  // Whoever was replaced while it waited must not sweep what its successor has open.
  deps.tenure.refuseIfReplaced(found)
  deps.tenure.begin(found)
  const state = await sink.takeOver(owned.ownership)
  const identity = await source.identify()
  const { newIncarnation } = deps
  const from = startCheckpoint({
    checkpoint: state.checkpoint,
    slotConfirmedLsn: slot.confirmedLsn,
    source: identity,
    newIncarnation,
  })
  const memory = startMemory(state, identity, sink.guarantee)
  const checkpoint = await raiseEpoch(from, memory.changed, { ...deps, owned })
  for (const lost of memory.lost) deps.signals.emit({ tag: 'copied-anew', ...lost })
  deps.signals.emit({ tag: 'took-over', epoch: checkpoint.epoch, position: formatLsn(checkpoint.endLsn) })
  const life = new SessionParts({ ...deps, owned, checkpoint }, signal)
  await using _drafts = life.drafts
  handler.bind(life.batcher, life.sampler)
  life.group.run((ending) => endedUnlessAborted(owned.stream, ending))
  // Every table must be known before its first change is delivered.
  life.group.run(async (ending) => {
    life.rediscovery.tellRefused(discovered)
    await life.tables.begin(discovered, memory.state)
    life.group.run((alive) => life.rediscovery.watch(alive))
    life.watch()
    owned.stream.resume()
    await life.loop.run(ending)
    if (signal.aborted) await signOff(life.applier, deps)
  })
  await life.group.settled()
}

/**
 * Waits until no process before us can commit any more under a proof of ownership that it got while it had the slot. Nothing to wait for
 * when the row says that its writer ended in good order, or is ourselves.
 */
async function untilPredecessorIsOver(deps: SessionDeps, slotIsNew: boolean, signal: AbortSignal): Promise<void> {
  if (slotIsNew) return
  const last = await deps.sink.readCheckpoint()
  if (last?.writerId === deps.tenure.writerId || last?.writerId === NOBODY) return
  await deps.clock.sleep(deps.settings.takeOverWaitMs, signal)
}

/** Writer of a checkpoint whose process has ended in good order. */
const NOBODY = ''

/** Tells the successor that nothing of ours is under way. A failure costs it a moment of waiting, no more. */
async function signOff(applier: Applier, deps: SessionDeps): Promise<void> {
  try {
    await applier.moveTo({ ...applier.checkpoint, writerId: NOBODY })
  } catch (error) {
    deps.signals.emit({ tag: 'attempt-failed', what: 'signing off', error: asSyncError(error), retryInMs: null })
  }
}

/** The first commit of a session: whoever took over before cannot commit any more. A new position and what it means for the tables go together. */
async function raiseEpoch(
  from: Checkpoint,
  records: readonly TableRecord[],
  deps: SessionDeps & { readonly owned: OwnedStream },
): Promise<Checkpoint> {
  const opening = await deps.sink.openBatch(from, deps.owned.ownership)
  if (opening.tag === 'already-committed')
    throw new SyncError('SINK_TRANSACTION_LOST', 'what follows the checkpoint was committed while it was taken over')
  const next: Checkpoint = { ...from, number: from.number + 1n, epoch: from.epoch + 1n, writerId: deps.tenure.writerId }
  try {
    await opening.writer.commit(next, records)
  } catch (error) {
    await opening.writer.rollback()
    throw error
  }
  return next
}

/** Fails when the stream does; resolves when the session ends first, which then closes the stream. */
async function endedUnlessAborted(stream: ChangeStream, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<void>()
  const stop = (): void => aborted.resolve()
  signal.addEventListener('abort', stop, { once: true })
  if (signal.aborted) stop()
  await Promise.race([stream.ended, aborted.promise])
  signal.removeEventListener('abort', stop)
}
