import type { ChangeHandler, Draft, OldRowKind, Relation } from '../../../core/change-stream.ts'
import { ZERO_LSN } from '../../../core/lsn.ts'
import type { RowView } from '../../../core/row-view.ts'
import { PgoutputDecoder } from './decoder.ts'

/** The changes of one in-progress transaction on their way into its draft, as they come. */
export class DraftFeed {
  readonly draft: Draft
  /** What the transaction announces about relations counts for itself only, until it has committed. */
  readonly decoder: PgoutputDecoder

  constructor(draft: Draft, xid: number) {
    this.draft = draft
    this.decoder = new PgoutputDecoder(new DraftHandler(draft))
    this.decoder.beginStreamed({ xid, commitLsn: ZERO_LSN, commitTimeUs: 0n })
  }

  /** Takes a message of the transaction. @throws {SyncError} STREAM_PROTOCOL; errors of the draft */
  take(buffer: Buffer, start: number, end: number): void {
    if (this.draft.usable) this.decoder.decodeStreamed(buffer, start, end)
  }
}

/** Gives a draft what it can hold. What it cannot makes it useless. */
class DraftHandler implements ChangeHandler {
  readonly #draft: Draft

  constructor(draft: Draft) {
    this.#draft = draft
  }

  begin(): void {
    // It is begun when it is made.
  }

  relation(relation: Relation): void {
    this.#draft.relation(relation)
  }

  insert(relationOid: number, row: RowView): void {
    this.#draft.insert(relationOid, row)
  }

  update(relationOid: number, row: RowView, old: RowView, oldKind: OldRowKind): void {
    this.#draft.update(relationOid, row, old, oldKind)
  }

  delete(relationOid: number, old: RowView, oldKind: OldRowKind): void {
    this.#draft.delete(relationOid, old, oldKind)
  }

  truncate(): void {
    this.#draft.discard()
  }

  message(): void {
    this.#draft.discard()
  }

  commit(): void {
    // It is taken, or not.
  }

  draft(): null {
    return null
  }

  takeDraft(): boolean {
    return false
  }

  idle(): void {
    // Between transactions only.
  }
}
