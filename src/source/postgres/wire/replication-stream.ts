import type { ClientConfig } from 'pg'
import type { ChangeHandler, ChangeStream, StreamProgress } from '../../../core/change-stream.ts'
import type { Clock } from '../../../core/clock.ts'
import type { SpoolLimits } from '../pgoutput/spool-set.ts'
import { LiveStream } from './live-stream.ts'
import { openReplicationSession } from './replication-session.ts'
import { chooseProtocol, startReplicationCommand, type ProtocolVersion } from './start-replication.ts'

/** What to stream and how much of it may be held back. */
export interface ReplicationStreamOptions {
  /** The database's connection. Settings of the session are replaced by the pinned ones. */
  readonly connection: ClientConfig
  readonly slot: string
  readonly publications: readonly string[]
  /** Where and how much of in-progress transactions is held back. */
  readonly spool: SpoolLimits
  /** Largest message, which is about a row, that is accepted. Default 1 GB, PostgreSQL's own limit. */
  readonly maxMessageBytes?: number | undefined
  /** Newest protocol version to use. Default: what the server speaks. */
  readonly protocol?: ProtocolVersion | undefined
}

/** What the stream takes from outside. */
export interface ReplicationStreamDeps {
  readonly clock: Clock
  /** Gives up opening. */
  readonly signal?: AbortSignal | undefined
}

/** More than the port tells: memory that counts against the budget. */
export interface ReplicationProgress extends StreamProgress {
  /** Memory taken by in-progress transactions and by a message that has not come whole. */
  readonly memoryBytes: number
}

/** A running replication stream of PostgreSQL. */
export interface ReplicationStream extends ChangeStream {
  /** The walsender's process: we own the slot as long as it is the slot's `active_pid`. */
  readonly backendPid: number
  progress(): ReplicationProgress
}

/**
 * Streams a slot from its confirmed position into `handler`.
 *
 * The handler is first called after the returned promise has resolved. An error that it throws ends the stream.
 * @throws {SyncError} SLOT_BUSY, SLOT_MISSING, SLOT_LOST, SLOT_UNUSABLE, SOURCE_*; `deps.signal`'s reason
 */
export async function openReplicationStream(
  options: ReplicationStreamOptions,
  handler: ChangeHandler,
  deps: ReplicationStreamDeps,
): Promise<ReplicationStream> {
  const { connection, slot, publications, spool, maxMessageBytes } = options
  const session = await openReplicationSession(connection, slot, deps.signal)
  const stream = new LiveStream(session, handler, { clock: deps.clock, slot, spool, maxMessageBytes })
  const { serverVersionNum } = session
  const abort = (): void => stream.fail(deps.signal?.reason)
  deps.signal?.addEventListener('abort', abort, { once: true })
  try {
    const protocol = chooseProtocol(serverVersionNum, options.protocol)
    await stream.start(startReplicationCommand({ slot, publications, serverVersionNum, protocol }))
    return stream
  } catch (error) {
    await stream[Symbol.asyncDispose]()
    deps.signal?.throwIfAborted()
    throw error
  } finally {
    deps.signal?.removeEventListener('abort', abort)
  }
}
