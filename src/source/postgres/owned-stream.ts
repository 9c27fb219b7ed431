import type { ChangeHandler } from '../../core/change-stream.ts'
import type { Clock } from '../../core/clock.ts'
import type { Signals } from '../../core/signals.ts'
import type { OwnedStream } from '../../core/source.ts'
import { SyncError } from '../../core/sync-error.ts'
import type { Connector } from './catalog/connector.ts'
import { judgeSlot, readSlot, type Slot } from './catalog/read-slot.ts'
import { SessionHolder } from './catalog/session-holder.ts'
import { SlotOwnership } from './catalog/slot-ownership.ts'
import type { SpoolLimits } from './pgoutput/spool-set.ts'
import { openReplicationStream, type ReplicationStream } from './wire/replication-stream.ts'

/** What to stream from, and how. */
export interface OwnedStreamOptions {
  readonly slot: string
  readonly publication: string
  readonly spool: SpoolLimits
  readonly maxMessageBytes?: number | undefined
  /** How long a proof of ownership holds. */
  readonly ownershipWindowMs: number
}

/** What a stream takes from outside. */
export interface OwnedStreamDeps {
  readonly connector: Connector
  readonly catalog: SessionHolder
  readonly clock: Clock
  readonly signals: Signals
}

const POLL_MS = 250
/** A long wait is told again every so many polls. */
const TELL_EVERY_POLLS = 120

/**
 * Waits until nobody reads from the slot, then streams from it, paused until the first `resume`, and keeps the proof that
 * the slot is ours. Whoever waits here is the stand-by: it takes over when the active instance ends.
 *
 * @throws {SyncError} SLOT_MISSING, SLOT_LOST, SLOT_UNUSABLE, SOURCE_*; the signal's reason.
 */
export async function openOwnedStream(
  options: OwnedStreamOptions,
  deps: OwnedStreamDeps,
  handler: ChangeHandler,
  signal: AbortSignal,
): Promise<OwnedStream> {
  const { slot, publication, spool, maxMessageBytes } = options
  for (;;) {
    await untilFree(slot, deps, signal)
    const connection = await deps.connector.config()
    const settings = { connection, slot, publications: [publication], spool, maxMessageBytes }
    try {
      const stream = await openReplicationStream(settings, handler, { clock: deps.clock, signal })
      stream.pause()
      return new PostgresOwnedStream(stream, options, deps)
    } catch (error) {
      if (!(error instanceof SyncError) || error.code !== 'SLOT_BUSY') throw error
    }
  }
}

async function untilFree(name: string, deps: OwnedStreamDeps, signal: AbortSignal): Promise<void> {
  let told: number | null = null
  for (let poll = 0; ; poll++) {
    const slot = await readUsableSlot(name, deps)
    if (slot.activePid === null) return
    if (told !== slot.activePid || poll % TELL_EVERY_POLLS === 0) {
      told = slot.activePid
      deps.signals.emit({ tag: 'waiting-for-slot', slot: name, activePid: told })
    }
    await deps.clock.sleep(POLL_MS, signal)
  }
}

async function readUsableSlot(name: string, deps: OwnedStreamDeps): Promise<Slot> {
  const slot = await readSlot(await deps.catalog.get(), name)
  if (slot === null) throw new SyncError('SLOT_MISSING', `slot ${name} does not exist`)
  const fault = judgeSlot(slot)
  if (fault !== null) throw fault
  return slot
}

class PostgresOwnedStream implements OwnedStream {
  readonly stream: ReplicationStream
  readonly ownership: SlotOwnership
  readonly #asking: SessionHolder
  #isRunning = true

  constructor(stream: ReplicationStream, options: OwnedStreamOptions, deps: OwnedStreamDeps) {
    this.stream = stream
    this.#asking = new SessionHolder(() => deps.connector.open())
    this.ownership = new SlotOwnership({
      slot: options.slot,
      windowMs: options.ownershipWindowMs,
      answerTimeoutMs: options.ownershipWindowMs,
      ourPid: () => (this.#isRunning ? stream.backendPid : null),
      askActivePid: (signal) =>
        this.#asking.ask(signal, async (session) => {
          const [row] = await session.query<{ active_pid: number | null }>(
            'asking who reads from the slot',
            'SELECT active_pid FROM pg_replication_slots WHERE slot_name = $1',
            [options.slot],
          )
          return row?.active_pid ?? null
        }),
      clock: deps.clock,
    })
    const end = (): void => {
      this.#isRunning = false
    }
    stream.ended.then(end, end)
    this.ownership.start()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#isRunning = false
    this.ownership[Symbol.dispose]()
    try {
      await this.stream[Symbol.asyncDispose]()
    } finally {
      await this.#asking[Symbol.asyncDispose]()
    }
  }
}
