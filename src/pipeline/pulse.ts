import type { ChangeStream } from '../core/change-stream.ts'
import type { Clock } from '../core/clock.ts'
import type { Pulse, Signals } from '../core/signals.ts'
import type { Sink } from '../core/sink.ts'
import type { Source } from '../core/source.ts'
import type { Applier } from './applier.ts'
import type { ApplyLoop } from './apply-loop.ts'
import type { Batcher } from './batcher.ts'
import type { Heartbeat } from './heartbeat.ts'

/** What is looked at. */
export interface PulseDeps {
  readonly source: Source
  readonly sink: Sink
  readonly signals: Signals
  readonly clock: Clock
  readonly stream: ChangeStream
  readonly batcher: Batcher
  readonly applier: Applier
  readonly loop: ApplyLoop
  readonly heartbeat: Heartbeat
}

const EVERY_MS = 1000

/** Tells once a second how the session stands, until aborted. */
export async function pulse(deps: PulseDeps, signal: AbortSignal): Promise<void> {
  const { clock, loop, signals } = deps
  for (let before = { atMs: clock.monotonicMs(), pausedMs: 0 }; !signal.aborted;) {
    await clock.sleep(EVERY_MS, signal).catch(() => undefined)
    if (signal.aborted) return
    const now = { atMs: clock.monotonicMs(), pausedMs: loop.pausedMs }
    const pausedRatio = Math.min(1, (now.pausedMs - before.pausedMs) / Math.max(1, now.atMs - before.atMs))
    before = now
    signals.emit({ tag: 'pulse', pausedRatio, ...standing(deps) })
  }
}

function standing(deps: PulseDeps): Omit<Pulse, 'pausedRatio'> {
  const { batcher, applier, loop, heartbeat, stream, source, sink } = deps
  const progress = stream.progress()
  const batches = [loop.applying, batcher.current]
  const [oldest] = batches.flatMap((batch) => batch?.firstCommitTimeUs ?? [])
  return {
    pendingCommitMs: oldest === undefined ? null : Number(oldest / 1000n),
    pendingMarkerMs: heartbeat.waitingSinceMs,
    gatheringRows: batcher.current.heldRows,
    applyingRows: loop.applying?.rows ?? 0,
    lagBytes: Math.max(0, Number(progress.serverWalEnd - applier.checkpoint.endLsn)),
    receivedBytes: progress.receivedBytes,
    spooledBytes: progress.spooledBytes,
    pools: [...source.pools(), ...sink.pools()],
  }
}
