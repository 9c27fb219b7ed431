import { Delivery } from '../../src/source/postgres/pgoutput/delivery.ts'
import { SyncError } from '../../src/core/sync-error.ts'
import { message } from './pgoutput-bytes.ts'
import { RecordedChanges } from './recorded-changes.ts'
import { waitFor } from './wait-for.ts'

/** What the rig closes its delivery with. */
export const CLOSED = new SyncError('SOURCE_UNREACHABLE', 'closed by the test')

/** The table that the messages below are of. */
export const ITEMS = { oid: 16_384, name: 'items', columns: ['*id', 'name'] }

/** A delivery with what it told, and a feeder that waits where the reader of the socket would. */
export class DeliveryRig implements AsyncDisposable {
  readonly recorded = new RecordedChanges()
  readonly delivery: Delivery
  failure: SyncError | null = null

  constructor(directory: string, memoryBytes = 1024 * 1024) {
    this.delivery = new Delivery(
      this.recorded,
      { directory, memoryBytes },
      { released: () => undefined, failed: (error) => (this.failure ??= error) },
    )
    this.delivery.open()
  }

  async feed(...messages: readonly Buffer[]): Promise<void> {
    for (const bytes of messages) {
      if (this.delivery.held) await this.released()
      this.delivery.message(bytes, 0, bytes.length)
    }
    await this.released()
  }

  async released(): Promise<void> {
    await waitFor(() => !this.delivery.held || this.failure !== null, { describe: 'the delivery to go on' })
    if (this.failure !== null) throw this.failure
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.delivery.close(CLOSED)
    await this.delivery[Symbol.asyncDispose]()
  }
}

/** A stream block of transaction `xid`. */
export function block(xid: number, isFirst: boolean, ...messages: readonly Buffer[]): Buffer[] {
  return [message.streamStart(xid, isFirst), ...messages, message.streamStop()]
}

/** An insert into {@link ITEMS}. */
export function insertOf(id: string, xid: number, name = 'n'): Buffer {
  return message.insert(ITEMS.oid, [id, name], xid)
}

/** The ids of the rows that were inserted; any other change as it is. */
export function insertedIds(recorded: RecordedChanges): readonly unknown[] {
  return recorded.rows.map((change) => (change.tag === 'insert' ? change.row['id'] : change))
}
