import type { Checkpoint } from '../core/checkpoint.ts'
import { SyncError } from '../core/sync-error.ts'

/**
 * What this process knows of its own time as the active instance, from one session to the next.
 *
 * A process that had the slot and was replaced ends, instead of waiting to take over again: two that woke and slept in turn would
 * take the slot from each other for ever, and whoever watches the processes must see that one of them lost it.
 */
export class Tenure {
  /** Random id of this process. */
  readonly writerId: string
  #sinceEpoch: bigint | null = null

  constructor(writerId: string) {
    this.writerId = writerId
  }

  /** This process got the slot, while the target held this row. */
  begin(row: Checkpoint | null): void {
    this.#sinceEpoch = row?.epoch ?? 0n
  }

  /** @throws {SyncError} SINK_REPLACED when another process has raised the epoch since this one got the slot. */
  refuseIfReplaced(row: Checkpoint | null, cause?: Error): void {
    if (row === null || this.#sinceEpoch === null) return
    if (row.writerId === this.writerId || row.epoch <= this.#sinceEpoch) return
    throw new SyncError('SINK_REPLACED', `process ${row.writerId} has taken over with epoch ${row.epoch}`, { cause })
  }
}
